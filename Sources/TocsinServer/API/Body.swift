import TocsinCore
import TocsinEngine

/// Writes the bodies of answers, keys exactly as the wire contract has them.
enum Body {
  /// `{"alerts_triggered", "alerts", "persisted"}`
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

  /// `{"alerts", "count", "days_back"?, "next_cursor"?}`
  /// - Parameter daysBack: nil for a list that has no such member
  static func page(_ page: AlertPage, daysBack: Int?? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + page.alerts.count * 800)
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "alerts", to: &bytes)
    append(page.alerts, to: &bytes)
    JSONWriter.append(key: "count", integer: page.alerts.count, to: &bytes)
    switch daysBack {
    case .some(.some(let days)): JSONWriter.append(key: "days_back", integer: days, to: &bytes)
    case .some(.none): JSONWriter.append(key: "days_back", optional: nil, to: &bytes)
    case .none: break
    }
    if let next = page.next { JSONWriter.append(key: "next_cursor", string: Cursor.text(next), to: &bytes) }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}

extension Answer {
  /// A JSON answer.
  init(_ json: JSON) {
    self.init(bytes: json.bytes)
  }
}
