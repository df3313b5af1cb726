/// An alert and whose it is.
public struct AlertKey: Sendable, Hashable {
  /// Whose it is.
  public var tenant: Tenant
  /// Which one.
  public var id: AlertID

  /// That alert of that tenant.
  public init(tenant: Tenant, id: AlertID) {
    self.tenant = tenant
    self.id = id
  }
}
