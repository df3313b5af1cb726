/// Why a text is not JSON that this module accepts.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Kind: Sendable, Hashable {
    /// The text does not follow RFC 8259, or not strictly enough.
    case syntax
    /// The text is well-formed but for a number that no double holds: `1e400`, `NaN`, `-Infinity`.
    case number
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// Where, in bytes from the beginning.
  public let offset: Int
  /// What is wrong, as a clause: `a comma or a closing bracket is missing`.
  public let reason: String

  /// A fault at that place.
  public init(_ kind: Kind = .syntax, offset: Int, reason: String) {
    self.kind = kind
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "\(reason) (at byte \(offset))" }
}
