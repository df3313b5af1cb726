import TocsinCore
import TocsinNotifiers

/// What one configuration has other than another: names only.
struct ReceiverChanges: Sendable, Hashable {
  var added: [String]
  var removed: [String]
  var changed: [String]
  /// Of `routes`, `console_url`, `templates` and `deliveries`, those that are others now.
  var settings: [String]

  init(from old: ReceiverConfiguration, to new: ReceiverConfiguration) {
    let before = ReceiverChanges.byName(old)
    let after = ReceiverChanges.byName(new)
    added = after.keys.filter { before[$0] == nil }.sorted()
    removed = before.keys.filter { after[$0] == nil }.sorted()
    changed = after.keys
      .filter { name in
        before[name].map { $0 != after[name] || old.routing.receivers[name] != new.routing.receivers[name] } ?? false
      }
      .sorted()
    settings = [
      ("routes", old.routing.routes != new.routing.routes), ("console_url", old.consoleURL != new.consoleURL),
      ("templates", old.templates != new.templates), ("deliveries", old.retry != new.retry),
    ].filter(\.1).map(\.0)
  }

  private static func byName(_ configuration: ReceiverConfiguration) -> [String: ReceiverSettings] {
    Dictionary(configuration.receivers.map { ($0.name, $0) }) { first, _ in first }
  }
}
