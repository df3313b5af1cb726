/// A setting that cannot be used, in a sentence that says what to change.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// An error of that sentence.
  public init(_ description: String) {
    self.description = description
  }
}
