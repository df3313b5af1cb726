/// An alert and whose it is.
package struct AlertKey: Sendable, Hashable {
  /// Whose it is.
  package var tenant: Tenant
  /// Which one.
  package var id: AlertID

  /// That alert of that tenant.
  package init(tenant: Tenant, id: AlertID) {
    self.tenant = tenant
    self.id = id
  }
}
