package import TocsinCore

/// Who gets the node's ordered stream of events: the hub of its WebSocket clients.
///
/// Called from one task, in order; must not block.
package protocol EventSink: Sendable {
  /// These events come next in the log's order, each once.
  func deliver(_ events: [LoggedEvent])

  /// What happened before is unknown (at the start), or cannot be filled in any more: every client has to read the
  /// list; events go on after that position.
  func resync(reason: String, position: EventID)
}
