/// Why a template is not used.
struct TemplateFault: Error, Sendable, Hashable {
  /// One sentence.
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// A template file that is not used; the built-in template stands in for it.
package struct TemplateProblem: Sendable, Hashable {
  /// The file's path.
  package let file: String
  /// What it was to make.
  package let name: TemplateName
  /// What is wrong with it.
  package let reason: String
}
