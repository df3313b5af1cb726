package import TocsinCore

/// One thing that happened to an alert.
package struct TimelineEntry: Sendable, Hashable {
  /// When, by the clock of Redis (fired) or PostgreSQL (everything else).
  package var at: Timestamp
  /// What.
  package var event: Event
  /// Why nobody is notified of what happened, of an alert that fired: as the routing is now.
  package var unnotified: EmptyPlanReason?

  /// What can happen to an alert.
  package enum Event: Sendable, Hashable {
    case fired
    case acknowledged(by: String?)
    case resolved(by: String?)
    /// A delivery became due.
    case planned(Delivery)
    /// A node held its lease and began an attempt.
    case claimed(by: String, Delivery)
    /// An attempt was made.
    case attempt(Delivery.Attempt, of: Delivery)
    /// A delivery came to its end.
    case finished(Delivery)
  }

  /// An entry of these parts.
  package init(at: Timestamp, event: Event, unnotified: EmptyPlanReason? = nil) {
    self.at = at
    self.event = event
    self.unnotified = unnotified
  }

  /// What alert and deliveries tell, oldest first.
  /// - Parameter unnotified: why there are no deliveries that tell of the firing
  static func timeline(
    of alert: Alert, deliveries: [Delivery], unnotified: EmptyPlanReason? = nil
  ) -> [TimelineEntry] {
    var entries = [TimelineEntry(at: alert.timestamp, event: .fired, unnotified: unnotified)]
    if let mark = alert.acknowledgement {
      entries.append(TimelineEntry(at: mark.at, event: .acknowledged(by: mark.by)))
    }
    if let mark = alert.resolution { entries.append(TimelineEntry(at: mark.at, event: .resolved(by: mark.by))) }
    for delivery in deliveries {
      entries.append(TimelineEntry(at: delivery.createdAt, event: .planned(delivery)))
      for attempt in delivery.history {
        let begun = attempt.at.advanced(by: -max(0, Int64(attempt.milliseconds)))
        entries.append(TimelineEntry(at: begun, event: .claimed(by: attempt.node, delivery)))
        entries.append(TimelineEntry(at: attempt.at, event: .attempt(attempt, of: delivery)))
      }
      if let node = delivery.lockedBy, delivery.history.isEmpty {
        entries.append(TimelineEntry(at: delivery.createdAt, event: .claimed(by: node, delivery)))
      }
      if delivery.state == .dead || delivery.state == .cancelled, let end = delivery.finishedAt {
        // The transaction that ends it may have begun before its last attempt was noted.
        let last = delivery.history.map(\.at).max() ?? end
        entries.append(TimelineEntry(at: max(end, last), event: .finished(delivery)))
      }
    }
    // Equal times stay in this order: what happened comes before what followed from it.
    return entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }
}
