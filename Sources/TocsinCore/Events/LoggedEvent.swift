/// An event at its place in the event log.
package struct LoggedEvent: Sendable, Hashable {
  /// Its place.
  package var id: EventID
  /// What happened, or nil where the entry is of a version that this node does not know.
  package var envelope: EventEnvelope?

  /// An event at a place.
  package init(id: EventID, envelope: EventEnvelope?) {
    self.id = id
    self.envelope = envelope
  }
}

/// What one publication carries: consecutive events, and the place of the event before them.
package struct EventBatch: Sendable, Hashable {
  /// The place of the event before the first one: whoever has not seen that one has a gap.
  package var predecessor: EventID
  /// The events in the log's order, never empty.
  package var events: [LoggedEvent]

  /// A batch of these parts.
  package init(predecessor: EventID, events: [LoggedEvent]) {
    self.predecessor = predecessor
    self.events = events
  }
}
