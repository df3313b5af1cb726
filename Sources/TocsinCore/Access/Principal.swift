/// Who sends a request: whose data it is about, and who acts.
///
/// It comes from the request's credential alone, never from what a body or a parameter says.
package struct Principal: Sendable, Hashable {
  /// Whose data the request may read and change.
  package let tenant: Tenant
  /// The user's name; nil where the credential names nobody.
  package let user: String?

  /// A principal of these parts.
  package init(tenant: Tenant, user: String?) {
    self.tenant = tenant
    self.user = user
  }

  /// Everybody, while there is no access control: the administrator of the only tenant, without a name.
  package static let anonymous = Principal(tenant: .standard, user: nil)
}
