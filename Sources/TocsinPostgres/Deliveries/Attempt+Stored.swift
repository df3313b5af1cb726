import TocsinCore
import TocsinJSON

/// An attempt as an element of `history`.
extension Delivery.Attempt {
  /// What the result says; `number`, `at` and `node` are added where the row is. `progress` is in the newest attempt only,
  /// until the delivery has arrived: what is replayed after that goes to everybody.
  static func stored(_ result: DeliveryResult) -> JSON {
    var entry: JSONObject = [
      "outcome": .string(result.outcome.name), "milliseconds": .integer(Int64(result.milliseconds)),
    ]
    if let status = result.outcome.status { entry["status"] = .integer(Int64(status)) }
    if let failure = result.outcome.failure { entry["error"] = .string(storable(failure.reason)) }
    if !result.progress.isEmpty, result.settlement != .delivered { entry["progress"] = result.progress.json }
    return .object(entry)
  }

  /// The text without U+0000, which PostgreSQL cannot store: reasons may quote what another server said.
  static func storable(_ reason: String) -> String {
    reason.utf8.contains(0) ? String(reason.unicodeScalars.filter { $0 != "\0" }.map { Character($0) }) : reason
  }

  /// The attempt that the element holds; nil where it is not of the form that ``stored(_:)`` gives it.
  init?(stored json: JSON) {
    guard let entry = json.object, let number = entry["number"]?.integer, let at = entry["at"]?.integer,
      let node = entry["node"]?.string, let outcome = entry["outcome"]?.string,
      let milliseconds = entry["milliseconds"]?.integer
    else { return nil }
    self.init(
      number: Int(number), at: Timestamp(milliseconds: at), node: node, outcome: outcome,
      status: entry["status"]?.integer.map { Int($0) }, milliseconds: Int(milliseconds), error: entry["error"]?.string)
  }
}
