import TocsinCore
import TocsinEngine

/// The event log, for clients that resume further back than the node's own tail reaches.
protocol EventHistory: Sendable {
  /// Events after that place, in order; nil where it is of another epoch, or events after it were trimmed.
  func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]?
}

/// Acknowledges and resolves alerts.
protocol AlertActions: Sendable {
  /// Does that to an alert, unless its state forbids it.
  /// - Returns: the alert as it is now, and whether this changed it
  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant
  ) async throws(EngineError) -> AlertActionOutcome
}

extension EventFeed: EventHistory {}
extension AlertService: AlertActions {}

/// What sessions ask of the world beyond their event loop. Answers come on any thread.
protocol HubBackend: Sendable {
  /// Asks for the page of the event log after that place.
  func page(after place: EventID, answer: @escaping @Sendable (HistoryPage) -> Void)

  /// Acknowledges or resolves an alert.
  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    answer: @escaping @Sendable (Result<AlertActionOutcome, EngineError>) -> Void)
}
