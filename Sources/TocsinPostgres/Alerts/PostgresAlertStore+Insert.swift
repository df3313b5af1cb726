import PostgresClient
package import TocsinCore
import TocsinJSON

extension PostgresAlertStore {
  /// One statement, whatever the number; batches of about 128 give the most rows a second at a low latency. Alerts
  /// without deliveries have a statement of their own, which costs what it would if there were none at all.
  @discardableResult
  package func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> InsertedAlerts {
    guard !alerts.isEmpty else { return InsertedAlerts(count: 0) }
    // Two statements that insert some of the same alerts wait for each other; sorted, never in a circle.
    let sorted = alerts.sorted { $0.alert.alertID < $1.alert.alertID }
    var planned = PlannedRows()
    var causing: Set<AlertID> = []
    for alert in sorted where !alert.deliveries.isEmpty {
      causing.insert(alert.alert.alertID)
      for delivery in alert.deliveries { planned.append(delivery, tenant: alert.tenant) }
    }
    var parameters = Self.columns(of: sorted)
    if planned.isEmpty {
      let count = try await writers.rows(Statements.alertInsert, parameters) { Int(try $0.int8(0)) }
      return InsertedAlerts(count: count.first ?? 0)
    }
    parameters += planned.parameters + [planned.waits, .text(lease.node), lease.microseconds]
    let inserted = try await writers.rows(Statements.alertInsertDeliveries, parameters) { AlertID(try $0.uuid(0)) }
    return InsertedAlerts(count: inserted.count, withDeliveries: causing.intersection(inserted))
  }

  /// The parameters of `alert_insert.sql`: arrays of one length, one a column.
  static func columns(of alerts: [StoredAlert]) -> [PostgresValue] {
    func texts(_ value: (Alert) -> String?) -> PostgresValue { .textArray(alerts.map { value($0.alert) }) }
    func times(_ value: (Alert) -> Alert.Mark?) -> PostgresValue {
      .timestamptzArray(alerts.map { value($0.alert)?.at.microseconds })
    }
    return [
      .textArray(alerts.map { $0.tenant.rawValue }),
      .uuidArray(alerts.map { $0.alert.alertID.uuid }),
      texts { $0.ruleID },
      texts { $0.ruleIncarnation },
      texts { $0.alertType.rawValue },
      texts { $0.severity.rawValue },
      texts { $0.title },
      texts { $0.message },
      texts { $0.entity.campaignID },
      texts { $0.campaignName },
      texts { $0.entity.adID },
      texts { $0.metricName },
      .float8Array(alerts.map { $0.alert.metricValue }),
      .float8Array(alerts.map { $0.alert.thresholdValue }),
      .jsonbArray(alerts.map { JSON.object($0.alert.details).bytes }),
      .jsonbArray(alerts.map { notificationStatus($0.alert) }),
      times { $0.acknowledgement },
      texts { $0.acknowledgement?.by },
      times { $0.resolution },
      texts { $0.resolution?.by },
    ]
  }

  private static func notificationStatus(_ alert: Alert) -> [UInt8] {
    if alert.notificationStatus.isEmpty { return Array("{}".utf8) }
    return JSON.object(alert.notificationStatus.json).bytes
  }
}
