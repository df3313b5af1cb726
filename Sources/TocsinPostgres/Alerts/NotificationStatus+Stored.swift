import PostgresClient
import TocsinCore

/// How the `notification_status` of alerts is read: state and channel of each of their deliveries which tells that the
/// alert fired.
extension NotificationStatus {
  /// Of one alert: a column for a statement whose first parameters are its tenant and its id. They stand in it, and
  /// not the alert's own columns, so that one partition is looked at.
  static let column = """
    (SELECT array_agg(told.entry) FROM (
      SELECT \(entry) FROM delivery_queue d WHERE d.tenant = $1 AND d.alert_id = $2 AND \(tellsOfFiring)
      UNION ALL
      SELECT \(entry) FROM deliveries d WHERE d.tenant = $1 AND d.alert_id = $2 AND \(tellsOfFiring)
    ) told)
    """

  private static let entry = "d.state || ' ' || d.channel AS entry"
  private static let tellsOfFiring = "d.sequence <= \(DeliveryCause.fallback.sequence)"

  /// Of a page: ``AlertSet``. Alerts without deliveries have no row. A statement of its own: the page's would have to
  /// be planned for all partitions.
  static let ofMany = PostgresStatement(
    """
    SELECT told.alert_id, array_agg(told.entry) FROM (
      SELECT d.alert_id, \(entry) FROM \(AlertSet.meant) JOIN delivery_queue d USING (tenant, alert_id)
      WHERE \(tellsOfFiring)
      UNION ALL
      SELECT meant.alert_id, found.entry
      FROM \(AlertSet.rows(entry, of: "deliveries", where: tellsOfFiring, suffix: "OFFSET 0"))
    ) told
    GROUP BY told.alert_id
    """, name: "alert.told")

  /// What a row's array says.
  init(stored entries: [String?]) {
    var tally = Tally()
    for case let entry? in entries {
      let parts = entry.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      tally.add(
        DeliveryState(stored: String(parts[0])),
        on: DeliveryChannel(rawValue: parts.count > 1 ? String(parts[1]) : ""))
    }
    self = tally.status
  }
}

extension DeliveryState {
  /// The state that a column holds. One that this release does not know is not final to it.
  init(stored text: String) {
    self = DeliveryState(rawValue: text) ?? .pending
  }
}

extension Alert {
  /// The alert of a row that begins with ``AlertColumns``, which ``NotificationStatus/column`` follows.
  static func withStatus(_ row: PostgresRow) throws -> Alert {
    var alert = try AlertColumns.read(row)
    if !row.isNull(AlertColumns.count) {
      alert.notificationStatus = alert.notificationStatus.adding(
        NotificationStatus(stored: try row.textArray(AlertColumns.count)))
    }
    return alert
  }
}
