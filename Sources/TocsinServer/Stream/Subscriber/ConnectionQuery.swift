import Support
import TocsinCore
import TocsinJSON

/// What the address of a connection asks for: `?last_event_id=…&campaign_id=…&severities=…&alert_types=…&updates=true`.
/// Lists are separated by commas, or the name is repeated.
struct ConnectionQuery: Equatable {
  /// From where to go on; nil where it is absent or empty.
  var lastEventID: String?
  /// The only filter to start with; nil: every alert.
  var filter: EventFilter?
  /// Whether `alert_updated` is wanted.
  var updates = false
  /// What is wrong with the filter: then there is none.
  var error: ClientError?

  /// Reads the query of that request target.
  init(target: String) {
    var lists: [String: [String]] = [:]
    if let mark = target.firstIndex(of: "?") {
      for pair in target[target.index(after: mark)...].split(separator: "&") {
        let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let name = PercentCoding.decode(halves[0], plusIsSpace: true),
          let value = PercentCoding.decode(halves[1], plusIsSpace: true), !value.isEmpty
        else { continue }
        lists[name, default: []].append(value)
      }
    }
    lastEventID = lists["last_event_id"]?.last
    updates = lists["updates"]?.last?.isField("true") ?? false
    var object = JSONObject()
    if let campaigns = lists["campaign_id"] { object["campaign_ids"] = .array(campaigns.map { .string($0) }) }
    for key in ["campaign_ids", "severities", "alert_types"] {
      guard let values = lists[key] else { continue }
      let elements = values.flatMap { $0.split(separator: ",") }.map { JSON.string(String($0)) }
      object[key] = .array((object[key]?.array ?? []) + elements)
    }
    guard !object.isEmpty || updates else { return }
    do {
      var fields = MessageFields(object)
      filter = try fields.filter()
    } catch {
      self.error = error
    }
  }
}
