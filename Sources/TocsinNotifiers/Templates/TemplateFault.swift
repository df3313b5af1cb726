/// Why a template is not used.
struct TemplateFault: Error, Sendable, Hashable {
  /// One sentence.
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// A template file that is not used; the built-in template stands in for it.
public struct TemplateProblem: Sendable, Hashable {
  /// The file's path.
  public let file: String
  /// What it was to make.
  public let name: TemplateName
  /// What is wrong with it.
  public let reason: String
}
