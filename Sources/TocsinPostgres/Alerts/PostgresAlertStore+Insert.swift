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
      let count = try await writers.rows(Self.insertion, parameters) { Int(try $0.int8(0)) }
      return InsertedAlerts(count: count.first ?? 0)
    }
    parameters += planned.parameters + [planned.waits, .text(lease.node), lease.microseconds]
    let inserted = try await writers.rows(Self.insertionWithDeliveries, parameters) { AlertID(try $0.uuid(0)) }
    return InsertedAlerts(count: inserted.count, withDeliveries: causing.intersection(inserted))
  }

  static let insertion = PostgresStatement(
    "WITH \(inserting) SELECT count(*) FROM inserted", name: "alert.insert")

  /// The same, then deliveries of what was inserted, leased unless they are to wait: behind the alerts' own parameters
  /// those of ``PlannedRows``, whether each waits, node, length of the lease.
  private static let insertionWithDeliveries = PostgresStatement(
    """
    WITH \(inserting), planned AS (
      INSERT INTO delivery_queue (\(PlannedRows.columns), state, locked_by, due_at)
      SELECT \(PlannedRows.values), CASE WHEN waits THEN 'pending' ELSE 'sending' END,
        CASE WHEN waits THEN NULL ELSE $30::text END,
        clock_timestamp() + CASE WHEN waits THEN 0 ELSE $31::bigint END * interval '1 microsecond'
      FROM inserted JOIN \(PlannedRows.relation(from: 21, ("waits", "bool"))) USING (tenant, alert_id)
      ON CONFLICT DO NOTHING
    )
    SELECT alert_id FROM inserted
    """, name: "alert.insert.deliveries")

  /// Arrays of one length, one a column. What `counted` counts is what was inserted, so repeating a batch counts
  /// nothing twice.
  private static let inserting = """
    inserted AS (
      INSERT INTO alerts (tenant, alert_id, rule_id, rule_incarnation, alert_type, severity, title, message,
        campaign_id, campaign_name, ad_id, metric_name, metric_value, threshold_value, details, notification_status,
        acknowledged_at, acknowledged_by, resolved_at, resolved_by)
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[], $14::float8[], $15::jsonb[],
        $16::jsonb[], $17::timestamptz[], $18::text[], $19::timestamptz[], $20::text[])
      ON CONFLICT DO NOTHING
      RETURNING tenant, alert_id, campaign_id, alert_type, severity, acknowledged_at, resolved_at
    ), counted AS MATERIALIZED (
      SELECT tenant, tocsin_day_of(alert_id) AS day, campaign_id, alert_type, severity,
        count(*)::integer AS fired, count(acknowledged_at)::integer AS acknowledged,
        count(resolved_at)::integer AS resolved
      FROM inserted GROUP BY tenant, tocsin_day_of(alert_id), campaign_id, alert_type, severity
    ), \(Rollups.expressions)
    """

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
