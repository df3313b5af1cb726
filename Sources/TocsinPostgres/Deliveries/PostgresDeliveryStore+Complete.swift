import PostgresClient
package import TocsinCore

extension PostgresDeliveryStore {
  /// Two statements in one transaction, whatever the number; a third one before them where there are fallbacks.
  ///
  /// The first one locks all unfinished deliveries of the alerts, the second one begins afterwards: it sees what those
  /// wrote who had the locks before, so of two that settle one alert's deliveries at once the later one has its whole
  /// status.
  package func complete(_ results: [DeliveryResult]) async throws(StoreError) -> [StatusChange] {
    guard !results.isEmpty else { return [] }
    let node = lease.node
    return try await writers.inTransaction { connection in
      var fallbacks = FallbackRows(results)
      if !fallbacks.isEmpty {
        let open = try await connection.execute(SettleStatements.lockOpenAlerts, fallbacks.alerts.parameters)
        fallbacks.keep(ofAlerts: try open.rows.map { AlertID(try $0.uuid(0)) })
      }
      let settled = ResultRows(results)
      _ = try await connection.execute(SettleStatements.lock, settled.alerts.names)
      let parameters = settled.alerts.parameters + settled.parameters + [.text(node)] + fallbacks.parameters
      return try Self.changedStatuses(try await connection.execute(SettleStatements.settle, parameters))
    }
  }

  /// The alerts whose status is another one than before, from rows of tenant, alert, delivery, channel, and its state
  /// before or after.
  private static func changedStatuses(_ result: PostgresResult) throws -> [StatusChange] {
    struct Counted {
      var alert: AlertKey
      var channel: DeliveryChannel
      var before: DeliveryState?
      var after: DeliveryState?
    }
    var deliveries: [DeliveryID: Counted] = [:]
    for row in result.rows {
      let alert = AlertKey(tenant: Tenant(rawValue: try row.text(0)), id: AlertID(try row.uuid(1)))
      var counted = Counted(alert: alert, channel: DeliveryChannel(rawValue: try row.text(3)))
      counted.before = try row.optionalText(4).map { DeliveryState(stored: $0) }
      counted.after = try row.optionalText(5).map { DeliveryState(stored: $0) }
      let id = DeliveryID(try row.uuid(2))
      if let other = deliveries[id] {
        counted.before = counted.before ?? other.before
        counted.after = counted.after ?? other.after
      }
      deliveries[id] = counted
    }
    var alerts: [AlertKey: (before: NotificationStatus.Tally, after: NotificationStatus.Tally)] = [:]
    for delivery in deliveries.values {
      if let before = delivery.before {
        alerts[delivery.alert, default: (.init(), .init())].before.add(before, on: delivery.channel)
      }
      if let after = delivery.after ?? delivery.before {
        alerts[delivery.alert, default: (.init(), .init())].after.add(after, on: delivery.channel)
      }
    }
    return alerts.compactMap { alert, tallies in
      let status = tallies.after.status
      guard status != tallies.before.status else { return nil }
      return StatusChange(alertID: alert.id, tenant: alert.tenant, status: status)
    }
  }
}
