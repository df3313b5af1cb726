/// Why a text is not JSON that this module accepts.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  package enum Kind: Sendable, Hashable {
    /// The text does not follow RFC 8259, or not strictly enough.
    case syntax
    /// The text is well-formed but for a number that no double holds: `1e400`, `NaN`, `-Infinity`.
    case number
  }

  /// What kind of fault it is.
  package let kind: Kind
  /// Where, in bytes from the beginning.
  package let offset: Int
  /// What is wrong, as a clause: `a comma or a closing bracket is missing`.
  package let reason: String

  /// A fault at that place.
  package init(_ kind: Kind = .syntax, offset: Int, reason: String) {
    self.kind = kind
    self.offset = offset
    self.reason = reason
  }

  package var description: String { "\(reason) (at byte \(offset))" }
}
