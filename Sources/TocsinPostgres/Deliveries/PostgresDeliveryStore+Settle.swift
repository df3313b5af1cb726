import PostgresClient
public import TocsinCore

extension PostgresDeliveryStore {
  /// Two statements in one transaction, whatever the number; a third one before them where there are fallbacks.
  ///
  /// The first one locks all unfinished deliveries of the alerts, the second one begins afterwards: it sees what those
  /// wrote who had the locks before, so of two that settle one alert's deliveries at once the later one has its whole
  /// status.
  public func settle(_ results: [DeliveryResult]) async throws(StoreError) -> [SettledAlert] {
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

  /// The alerts whose status is another one than before, from rows of tenant, alert, channel, state before and after.
  private static func changedStatuses(_ result: PostgresResult) throws -> [SettledAlert] {
    var alerts: [AlertKey: (before: ChannelStates, after: ChannelStates)] = [:]
    for row in result.rows {
      let key = AlertKey(tenant: Tenant(rawValue: try row.text(0)), id: AlertID(try row.uuid(1)))
      let channel = DeliveryChannel(rawValue: try row.text(2))
      // A state that this release does not know is not final to it.
      if let before = try row.optionalText(3) {
        alerts[key, default: (.init(), .init())].before.add(DeliveryState(rawValue: before) ?? .pending, on: channel)
      }
      let after = DeliveryState(rawValue: try row.text(4)) ?? .pending
      alerts[key, default: (.init(), .init())].after.add(after, on: channel)
    }
    return alerts.compactMap { key, states in
      let status = states.after.status
      guard status != states.before.status else { return nil }
      return SettledAlert(alertID: key.id, tenant: key.tenant, status: status)
    }
  }
}
