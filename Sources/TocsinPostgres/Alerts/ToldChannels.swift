import PostgresClient
import TocsinCore

/// What the deliveries of alerts say in their `notification_status`: state and channel of each one which tells that its
/// alert fired.
enum ToldChannels {
  /// Of one alert: a column for a statement whose first parameters are its tenant and its id. They stand in it, and
  /// not the alert's own columns, so that one partition is looked at.
  static let column = "(SELECT array_agg(told.entry) FROM (\(rows("= $2", "= $2"))) told)"

  /// The alert of a row that begins with ``AlertColumns``, which ``column`` follows.
  static func alert(_ row: PostgresRow) throws -> Alert {
    var alert = try AlertColumns.read(row)
    if !row.isNull(AlertColumns.count) { try add(try row.textArray(AlertColumns.count), to: &alert) }
    return alert
  }

  /// Of a page: tenant, alerts, the first and the last one. Alerts without deliveries have no row. A statement of its
  /// own: within that of the page, each alert would look for its partition among all of them.
  static let ofMany = PostgresStatement(
    """
    SELECT told.alert_id, array_agg(told.entry)
    FROM (\(rows("= ANY ($2::uuid[])", "= ANY ($2::uuid[]) AND d.alert_id >= $3 AND d.alert_id <= $4"))) told
    GROUP BY told.alert_id
    """, name: "alert.told")

  /// Adds what a row's array says to an alert's status.
  static func add(_ entries: [String?], to alert: inout Alert) throws {
    var states = ChannelStates()
    for case let entry? in entries {
      let parts = entry.split(separator: " ", maxSplits: 1)
      // A state that this release does not know is not final to it.
      states.add(
        DeliveryState(rawValue: String(parts[0])) ?? .pending,
        on: DeliveryChannel(rawValue: parts.count > 1 ? String(parts[1]) : ""))
    }
    alert.notificationStatus.merge(states.status) { $1 }
  }

  private static func rows(_ queued: String, _ final: String) -> String {
    [("delivery_queue", queued), ("deliveries", final)].map { table, alerts in
      """
      SELECT d.alert_id, d.state || ' ' || d.channel AS entry FROM \(table) d
      WHERE d.tenant = $1 AND d.alert_id \(alerts) AND d.sequence <= \(DeliveryCause.fallback.sequence)
      """
    }.joined(separator: "\nUNION ALL\n")
  }
}
