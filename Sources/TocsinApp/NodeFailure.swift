/// Why a node could not start or had to stop, in a sentence that says what to do.
package struct NodeFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  package let description: String

  /// A failure of that sentence.
  package init(_ description: String) {
    self.description = description
  }
}
