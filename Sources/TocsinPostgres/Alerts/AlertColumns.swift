import PostgresClient
import TocsinCore
import TocsinJSON

/// The columns of `alerts` as an ``Alert`` is read from them; what its deliveries say is not among them.
enum AlertColumns {
  /// Their names, in the order in which ``read(_:)`` expects them, of the table of that alias.
  static func list(of table: String) -> String {
    names.map { "\(table).\($0)" }.joined(separator: ", ")
  }

  private static let names = [
    "alert_id", "rule_id", "rule_incarnation", "alert_type", "severity", "title", "message", "campaign_id",
    "campaign_name", "ad_id", "metric_name", "metric_value", "threshold_value", "details", "notification_status",
    "acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by",
  ]

  /// How many columns ``list(of:)`` names.
  static let count = names.count

  /// The alert of a row that begins with ``list(of:)``.
  static func read(_ row: PostgresRow) throws(ForeignRow) -> Alert {
    var known: AlertID?
    do {
      let id = AlertID(try row.uuid(0))
      known = id
      return try alert(id, row)
    } catch {
      // Named only where it is told of: most rows can be read.
      throw ForeignRow(known.map { "alert \($0)" } ?? "an alert", error)
    }
  }

  private static func alert(_ id: AlertID, _ row: PostgresRow) throws -> Alert {
    let (typeName, severityName) = (try row.text(3), try row.text(4))
    guard let type = AlertType(rawValue: typeName) else { throw ForeignRow.unknown("alert_type", typeName) }
    guard let severity = Severity(rawValue: severityName) else { throw ForeignRow.unknown("severity", severityName) }
    let (value, threshold) = (try row.float8(11), try row.float8(12))
    // JSON has no such numbers, and no check comes with one.
    guard value.isFinite, threshold.isFinite else {
      throw ForeignRow("", "its metric_value or threshold_value is not a finite number")
    }
    let status = NotificationStatus(reading: try JSONObject(stored: try row.jsonb(14)))
    return Alert(
      alertID: id, ruleID: try row.text(1), alertType: type, severity: severity, title: try row.text(5),
      message: try row.text(6), entity: Entity(campaignID: try row.text(7), adID: try row.text(9)),
      campaignName: try row.text(8), metricName: try row.text(10), metricValue: value,
      thresholdValue: threshold, details: try JSONObject(stored: try row.jsonb(13)),
      acknowledgement: try mark(row, 15), resolution: try mark(row, 17), notificationStatus: status,
      ruleIncarnation: try row.text(2))
  }

  /// The mark whose time stands in that column, and whose person in the next one.
  static func mark(_ row: PostgresRow, _ column: Int) throws -> Alert.Mark? {
    guard let at = try row.optionalTimestamptz(column) else { return nil }
    return Alert.Mark(at: Timestamp(microseconds: at), by: try row.optionalText(column + 1))
  }
}
