/// The installation's event log: capped, in one order for everyone.
package protocol EventLog: Sendable {
  /// Events after that place, in order; empty where there are none.
  /// - Returns: nil where the place is of another epoch, or events after it may have been trimmed
  func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]?

  /// Whether the log has lost nothing up to that place: it still has the event, or has trimmed it with all before it.
  /// False where the epoch is another one.
  func isIntact(upTo place: EventID) async throws(StoreError) -> Bool

  /// The place of the newest event; the beginning of the epoch where there is none.
  func newest() async throws(StoreError) -> EventID
}

/// What a node hears from the others.
package enum ClusterSignal: Sendable {
  /// This node listens now; what was published since the last ``disconnected`` it has missed.
  case listening(serverRunID: String)
  /// Events, just appended to the log.
  case events(EventBatch)
  /// The rule set has a change of that number.
  case rulesChanged(version: Int64)
  /// Another node began a new epoch.
  case epochBegan(String)
  /// A probe of a node, to see whether its own subscription works.
  case probe(String)
  /// This node no longer listens.
  case disconnected
  /// The server refuses to let this node listen; why, in words that name the right that is missing.
  case refused(String)
}

/// Sends signals to all nodes, this one included.
package protocol ClusterSignals: Sendable {
  /// Tells all nodes of a change of the rule set.
  func rulesChanged(version: Int64) async throws(StoreError)

  /// Sends a probe that comes back through this node's own subscription.
  func probe(_ token: String) async throws(StoreError)

  /// Finds out whether the server takes writes now, without writing anything.
  /// - Throws: with ``StoreError/shortage`` where the server is there and lacks something
  func checkWrites() async throws(StoreError)
}
