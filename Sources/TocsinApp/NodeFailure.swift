/// Why a node could not start or had to stop, in a sentence that says what to do.
public struct NodeFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// A failure of that sentence.
  public init(_ description: String) {
    self.description = description
  }
}
