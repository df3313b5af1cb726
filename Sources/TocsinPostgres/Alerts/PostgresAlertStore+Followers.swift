import PostgresClient
import TocsinCore

extension PostgresAlertStore {
  /// Changes an alert that has deliveries, and then these: one transaction. When the last statement begins, the alert's
  /// row and those of its deliveries are locked: it sees every fallback that was added and every delivery that ended
  /// before, and there is none behind its back.
  func changeWithDeliveries(
    _ alert: Alert, by action: AlertAction, change: AlertChange, _ parameters: [PostgresValue],
    planned: [PlannedDelivery], tenant: Tenant
  ) async throws(StoreError) -> AppliedAction? {
    var rows = PlannedRows()
    for delivery in planned { rows.append(delivery, tenant: tenant) }
    let following: [PostgresValue] =
      [.text(tenant.rawValue), .uuid(alert.alertID.uuid), .bool(action == .resolve)] + rows.parameters
      + [.text(lease.node), lease.microseconds]
    return try await writers.inTransaction { connection in
      let changed = try await connection.execute(Self.changing(action), parameters).rows.first
      guard var applied = try Self.applied(change, to: alert, changed) else { return nil }
      let alerts = AlertSet([AlertKey(tenant: tenant, id: alert.alertID)])
      _ = try await connection.execute(SettleStatements.lock, alerts.names)
      let leased = try await connection.execute(Statements.alertDeliveries, following).rows.map {
        DeliveryID(try $0.uuid(0))
      }
      applied.leased = planned.filter { leased.contains($0.id) }
      if action == .resolve {
        // Of what was cancelled the status says nothing any more.
        let after = try await connection.execute(
          Statements.alertOne, [.text(tenant.rawValue), .uuid(alert.alertID.uuid)]
        ).rows.first
        if let after { applied.alert = try Alert.withStatus(after) }
      }
      return applied
    }
  }
}
