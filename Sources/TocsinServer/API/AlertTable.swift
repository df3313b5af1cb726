import TocsinCore
import TocsinJSON

/// Alerts as rows of comma-separated values (RFC 4180): a column for each member of the wire form, in its order.
enum AlertTable {
  /// The first row.
  static let header =
    """
    alert_id,rule_id,alert_type,severity,title,message,campaign_id,campaign_name,ad_id,metric_name,metric_value,\
    threshold_value,details,timestamp,acknowledged,acknowledged_at,acknowledged_by,resolved,resolved_at,resolved_by,\
    notification_status

    """.replacing("\n", with: "\r\n")

  /// Appends a cell that holds a text of somebody's.
  ///
  /// A spreadsheet runs a cell as a formula that begins with one of a few characters, whatever its quotes say: such a
  /// text gets an apostrophe in front, which tells the spreadsheet that it is one.
  static func append(text: String, to bytes: inout [UInt8]) {
    let first = text.unicodeScalars.first { $0 != " " }
    let runs = first.map { "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}|%".unicodeScalars.contains($0) } ?? false
    let quoted =
      runs
      || text.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 || $0 == UInt8(ascii: ";")
      }
    guard quoted else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(UInt8(ascii: "\""))
    if runs { bytes.append(UInt8(ascii: "'")) }
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension Alert {
  /// Appends a row, its line break included.
  func appendCSV(to bytes: inout [UInt8]) {
    func next() { bytes.append(UInt8(ascii: ",")) }
    func text(_ text: String?) {
      if let text { AlertTable.append(text: text, to: &bytes) }
      next()
    }
    func plain(_ text: some StringProtocol) {
      bytes.append(contentsOf: text.utf8)
      next()
    }
    func number(_ value: Double) {
      JSONWriter.append(double: value, to: &bytes)
      next()
    }
    plain(alertID.description)
    text(ruleID)
    plain(alertType.rawValue)
    plain(severity.rawValue)
    text(title)
    text(message)
    text(entity.campaignID)
    text(campaignName)
    text(entity.adID)
    text(metricName)
    number(metricValue)
    number(thresholdValue)
    text(details.isEmpty ? "" : JSON.object(details).text)
    plain(timestamp.description)
    plain(acknowledgement == nil ? "false" : "true")
    plain(acknowledgement?.at.description ?? "")
    text(acknowledgement?.by)
    plain(resolution == nil ? "false" : "true")
    plain(resolution?.at.description ?? "")
    text(resolution?.by)
    let status = notificationStatus.channels.map { "\($0.name)=\($0.isReached)" }
    AlertTable.append(text: status.joined(separator: " "), to: &bytes)
    bytes.append(contentsOf: [13, 10])
  }
}
