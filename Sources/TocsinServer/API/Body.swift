import TocsinCore
import TocsinEngine
import TocsinJSON

/// Writes the bodies of answers, keys exactly as the wire contract has them.
enum Body {
  /// `{"alerts_triggered", "alerts", "persisted", "suppressed"}`; the last one only where something was held back.
  static func outcome(_ outcome: CheckOutcome) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + outcome.alerts.count * 800)
    append(outcome, to: &bytes)
    return bytes
  }

  /// Appends the same.
  static func append(_ outcome: CheckOutcome, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "alerts_triggered", integer: outcome.alerts.count, to: &bytes)
    JSONWriter.append(key: "alerts", to: &bytes)
    append(outcome.alerts, to: &bytes)
    JSONWriter.append(key: "persisted", bool: outcome.persisted, to: &bytes)
    if !outcome.suppressed.isEmpty {
      JSONWriter.append(key: "suppressed", to: &bytes)
      append(elements: outcome.suppressed, to: &bytes) { append($0, to: &$1) }
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// Appends `{"rule_id", "reason", "until", "alert_id"}`.
  private static func append(_ suppression: Suppression, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "rule_id", string: suppression.ruleID, to: &bytes)
    JSONWriter.append(key: "reason", string: suppression.reason.rawValue, to: &bytes)
    JSONWriter.append(key: "until", time: suppression.until, to: &bytes)
    JSONWriter.append(key: "alert_id", optional: suppression.alertID?.description, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Appends a list of alerts.
  static func append(_ alerts: [Alert], to bytes: inout [UInt8]) {
    append(elements: alerts, to: &bytes) { alert, bytes in alert.appendJSON(to: &bytes) }
  }

  /// Appends a list.
  static func append<Element>(
    elements: [Element], to bytes: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(element, &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }
}

extension HTTPAnswer {
  /// A JSON answer.
  init(_ json: JSON) {
    self.init(bytes: json.bytes)
  }
}
