/// Whose data something is. Every row, key and event carries one; until access control exists there is
/// only ``standard``.
public struct Tenant: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The name, as it stands in rows, keys and events.
  public let rawValue: String

  /// A tenant of that name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The only tenant of an installation without access control.
  public static let standard = Tenant(rawValue: "default")

  public var description: String { rawValue }
}
