import Logging
package import TocsinCore

/// Reads alerts, acknowledges and resolves them.
package final class AlertService: Sendable {
  /// In milliseconds, how far ahead of the clock an alert may be to stand in a list: a week, since a server that takes
  /// over from another one may have a clock that is behind.
  private static let furthestAhead: Int64 = 7 * 24 * 3_600_000

  private let store: any AlertStore
  private let journal: any CooldownJournal
  private let book: RoutingBook
  private let dispatcher: Dispatcher
  private let clock: any EngineClock
  private let metrics: EngineMetrics
  private let logger: Logger

  init(
    store: any AlertStore, journal: any CooldownJournal, book: RoutingBook, dispatcher: Dispatcher,
    clock: any EngineClock, metrics: EngineMetrics, logger: Logger
  ) {
    self.store = store
    self.journal = journal
    self.book = book
    self.dispatcher = dispatcher
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
  }

  /// One alert.
  /// - Throws: `notFound`; `unavailable` where PostgreSQL is away, or the alert waits to be written
  package func alert(_ id: AlertID, tenant: Tenant) async throws(EngineError) -> Alert {
    var found: Alert?
    do { found = try await store.alert(id, tenant: tenant) } catch { throw failure(error) }
    if let found { return await withStatus([found])[0] }
    if let failure = await missing(id) { throw failure }
    // It may have been written between the two questions.
    do { found = try await store.alert(id, tenant: tenant) } catch { throw failure(error) }
    guard let found else { throw AlertService.unknown(id) }
    return await withStatus([found])[0]
  }

  /// The alerts of these ids that are in PostgreSQL, as they are there.
  func stored(_ ids: Set<AlertID>, tenant: Tenant) async throws(EngineError) -> [AlertID: Alert] {
    let found: [StoredAlert]
    do { found = try await store.alerts(ids.map { AlertKey(tenant: tenant, id: $0) }) } catch { throw failure(error) }
    return Dictionary(found.map { ($0.alert.alertID, $0.alert) }) { first, _ in first }
  }

  /// A page of alerts, newest first.
  /// - Parameter query: its limit is the page's, 1 to 1,000
  package func page(_ query: AlertQuery, tenant: Tenant) async throws(EngineError) -> AlertPage {
    // Partitions are made for months to come, and PostgreSQL would plan a scan of each. Ids have the time of Redis.
    var bounded = query
    if query.filter.until == nil { bounded.filter.until = journal.now().advanced(by: AlertService.furthestAhead) }
    let found: StoredPage<Alert, AlertID>
    do { found = try await store.page(bounded, tenant: tenant) } catch { throw failure(error) }
    return AlertPage(alerts: await withStatus(found.elements), next: found.next)
  }

  /// Counts of alerts, of all campaigns or of one.
  package func statistics(campaignID: String?, tenant: Tenant) async throws(EngineError) -> AlertStatistics {
    do { return try await store.statistics(campaignID: campaignID, tenant: tenant) } catch { throw failure(error) }
  }

  /// Acknowledges or resolves; where the alert's state forbids it, nothing changes and nothing is announced.
  /// - Returns: the alert as it is now, and whether this changed it
  /// - Throws: `notFound`; `unavailable` where PostgreSQL is away, or the alert waits to be written
  package func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant
  ) async throws(EngineError) -> AlertActionOutcome {
    var applied: AppliedAction?
    let start = clock.now
    do { applied = try await change(action, id, by: user, tenant: tenant) } catch { throw failure(error) }
    if applied == nil {
      if let failure = await missing(id) { throw failure }
      do { applied = try await change(action, id, by: user, tenant: tenant) } catch { throw failure(error) }
    }
    guard let applied else { throw AlertService.unknown(id) }
    if let change = applied.change {
      metrics.changed(action)
      log(action, applied.alert, by: user)
      await announce(change)
      let alert = applied.alert
      dispatcher.accept(
        applied.leased.map { LeasedDelivery(planned: $0, alert: alert, tenant: tenant) }, leasedAt: start)
    }
    return AlertActionOutcome(alert: applied.alert, changed: applied.change != nil)
  }

  private func change(
    _ action: AlertAction, _ id: AlertID, by user: String?, tenant: Tenant
  ) async throws(StoreError) -> AppliedAction? {
    let table = book.table
    return try await store.apply(action, to: id, by: user, tenant: tenant) { alert in
      table.deliveries(of: alert, tenant: tenant, cause: DeliveryCause(action))
    }
  }

  /// The change is committed; if it cannot be announced now, the keeper does it.
  private func announce(_ change: AlertChange) async {
    do {
      try await journal.announce(changes: [change])
      try await store.announced(changes: [change.changeID])
    } catch {
      logger.debug("a change is left to the keeper", metadata: ["error": "\(error)"])
    }
  }

  private func log(_ action: AlertAction, _ alert: Alert, by user: String?) {
    var metadata: Logger.Metadata = [
      "alert_id": "\(alert.alertID)", "rule_id": "\(alert.ruleID)", "campaign_id": "\(alert.entity.campaignID)",
    ]
    if let user { metadata["by"] = "\(user)" }
    switch action {
    case .acknowledge: logger.info("an alert was acknowledged", metadata: metadata)
    case .resolve: logger.info("an alert was resolved", metadata: metadata)
    }
  }

  private static func unknown(_ id: AlertID) -> EngineError {
    EngineError(.notFound, "there is no alert \(id)")
  }

  /// Why an alert is not in PostgreSQL, or nil where nothing is on its way there.
  private func missing(_ id: AlertID) async -> EngineError? {
    do {
      if try await journal.standing(of: [id]) == [.none] { return nil }
      return EngineError(
        .unavailable, "the alert \(id) is not written yet; send the request again", retryAfterSeconds: 1)
    } catch {
      return failure(error)
    }
  }

  /// An alert that was read is in the database; it was pushed unless it still stands in the journal.
  private func withStatus(_ alerts: [Alert]) async -> [Alert] {
    guard !alerts.isEmpty else { return alerts }
    let standings = try? await journal.standing(of: alerts.map(\.alertID))
    var alerts = alerts
    for index in alerts.indices {
      alerts[index].notificationStatus["database"] = true
      if let standings, standings[index] != .journal { alerts[index].notificationStatus["websocket"] = true }
    }
    return alerts
  }

  private func failure(_ error: StoreError) -> EngineError {
    EngineError(error, logger: logger)
  }
}

/// What became of an acknowledgement or a resolution.
package struct AlertActionOutcome: Sendable, Hashable {
  /// The alert as it is now.
  package let alert: Alert
  /// Whether it was changed; false where it had been acknowledged or resolved already.
  package let changed: Bool

  /// An outcome of these parts.
  package init(alert: Alert, changed: Bool) {
    self.alert = alert
    self.changed = changed
  }
}

/// A page of alerts.
package struct AlertPage: Sendable {
  /// The alerts, newest first.
  package let alerts: [Alert]
  /// Where the next page begins (``AlertQuery/before``), or nil where this is the last one.
  package let next: AlertID?
}
