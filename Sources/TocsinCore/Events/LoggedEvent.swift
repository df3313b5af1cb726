/// An event at its place in the event log.
public struct LoggedEvent: Sendable, Hashable {
  /// Its place.
  public var id: EventID
  /// What happened, or nil where the entry is of a version that this node does not know.
  public var envelope: EventEnvelope?

  /// An event at a place.
  public init(id: EventID, envelope: EventEnvelope?) {
    self.id = id
    self.envelope = envelope
  }
}

/// What one publication carries: consecutive events, and the place of the event before them.
public struct EventBatch: Sendable, Hashable {
  /// The place of the event before the first one: whoever has not seen that one has a gap.
  public var predecessor: EventID
  /// The events in the log's order, never empty.
  public var events: [LoggedEvent]

  /// A batch of these parts.
  public init(predecessor: EventID, events: [LoggedEvent]) {
    self.predecessor = predecessor
    self.events = events
  }
}
