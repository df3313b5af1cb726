import Logging
import TocsinCore
import TocsinMetrics

/// Inserts a batch so that an alert that PostgreSQL refuses hurts no other: the batch is halved until the culprit
/// stands alone; the culprit is buried (``CooldownJournal/bury(_:rule:entity:tenant:reason:)``). The deliveries that the
/// alerts cause are planned (``DeliveryPlanner``) on every way on which alerts reach PostgreSQL, and sent once they are
/// committed.
struct AlertInserter: Sendable {
  let store: any AlertStore
  let journal: any CooldownJournal
  let planner: DeliveryPlanner
  let dispatcher: DeliveryDispatcher
  let clock: any EngineClock
  let metrics: EngineMetrics
  let deliveryMetrics: DeliveryMetrics
  let logger: Logger

  /// Inserts these alerts.
  /// - Returns: the refused ones and why; all others are there now
  /// - Throws: when PostgreSQL is away: part of the alerts may be there; inserting all again is right
  func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> [AlertID: String] {
    var refused: [AlertID: String] = [:]
    let plan = planner.plan(firing: alerts)
    var stack = [plan.alerts[...]]
    var isNew = false
    while let part = stack.popLast() {
      guard let first = part.first else { continue }
      let start = clock.now
      do {
        let inserted = try await store.insert(Array(part))
        if inserted.count > 0 { isNew = true }
        send(part, inserted, leasedAt: start)
      } catch {
        guard error.code == .data else { throw error }
        if part.count == 1 {
          refused[first.alert.alertID] = error.message
          await bury(first, reason: error.message)
        } else {
          let middle = part.startIndex + part.count / 2
          stack.append(part[middle...])
          stack.append(part[..<middle])
        }
      }
    }
    // What was there already was counted when it was inserted.
    if isNew { deliveryMetrics.planned(plan.empty) }
    return refused
  }

  private func send(_ alerts: ArraySlice<StoredAlert>, _ inserted: InsertedAlerts, leasedAt: ContinuousClock.Instant) {
    if inserted.withDeliveries.isEmpty { return }
    let leased = alerts.filter { inserted.withDeliveries.contains($0.alert.alertID) }.flatMap { stored in
      stored.deliveries.filter { !$0.waits }.map {
        LeasedDelivery(planned: $0, alert: stored.alert, tenant: stored.tenant)
      }
    }
    dispatcher.accept(leased, leasedAt: leasedAt)
  }

  private func bury(_ stored: StoredAlert, reason: String) async {
    let alert = stored.alert
    metrics.deadLetters.increment()
    logger.error(
      "PostgreSQL refused an alert; it went to the dead letters",
      metadata: ["alert_id": "\(alert.alertID)", "rule_id": "\(alert.ruleID)", "reason": "\(reason)"])
    do {
      try await journal.bury(
        alert.alertID, rule: alert.ruleID, entity: alert.entity, tenant: stored.tenant, reason: reason)
    } catch {
      // The entry stays in the journal: the keeper comes back to it.
      logger.warning("a dead letter could not be written yet", metadata: ["error": "\(error)"])
    }
  }
}
