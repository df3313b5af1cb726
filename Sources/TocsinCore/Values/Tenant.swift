/// Whose data something is. Every row, key and event carries one; until access control exists there is
/// only ``standard``.
package struct Tenant: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The name, as it stands in rows, keys and events.
  package let rawValue: String

  /// A tenant of that name.
  package init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The only tenant of an installation without access control.
  package static let standard = Tenant(rawValue: "default")

  package var description: String { rawValue }
}
