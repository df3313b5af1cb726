import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

extension PlannedDelivery {
  /// A delivery of that alert to a target of that receiver, by Slack unless told otherwise.
  init(
    _ alert: Alert, _ cause: DeliveryCause = .fired, to receiver: String = "ops", target: String = "one",
    channel: DeliveryChannel = .slack
  ) {
    self.init(
      alertID: alert.alertID, cause: cause, target: TargetName(receiver: receiver, target: target), channel: channel)
  }

  /// What came of an attempt at it.
  func result(
    _ outcome: DeliveryOutcome = .delivered(status: 200), _ settlement: RetryPolicy.Settlement = .delivered,
    fallbacks: [PlannedDelivery] = []
  ) -> DeliveryResult {
    DeliveryResult(
      id: id, alertID: alertID, tenant: .standard, outcome: outcome, settlement: settlement, milliseconds: 12,
      fallbacks: fallbacks)
  }

  /// It failed, and is tried again in a minute.
  func retry(mayHaveArrived: Bool = false, fallbacks: [PlannedDelivery] = []) -> DeliveryResult {
    let failure = DeliveryFailure("no answer", status: 503, mayHaveArrived: mayHaveArrived)
    return result(.retryable(failure), .retry(after: .seconds(60)), fallbacks: fallbacks)
  }

  /// It was given up.
  func dead(mayHaveArrived: Bool = false, fallbacks: [PlannedDelivery] = []) -> DeliveryResult {
    let failure = DeliveryFailure("not found", status: 404, mayHaveArrived: mayHaveArrived)
    return result(.permanent(failure), .dead("not found"), fallbacks: fallbacks)
  }
}

extension Stores {
  /// Inserts an alert that fires now, with deliveries to these receivers, leased to node `a`.
  func fire(to receivers: String...) async throws -> Alert {
    let alert = Samples.alert(at: try await now())
    let planned = receivers.map { PlannedDelivery(alert, to: $0) }
    try await alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: planned)])
    return alert
  }

  /// Acknowledges or resolves; these are to be told.
  func apply(_ action: AlertAction, to alert: Alert, telling receivers: String...) async throws -> AppliedAction {
    let applied = try await alerts.apply(action, to: alert.alertID, by: "ana", tenant: .standard) { changed in
      receivers.map { PlannedDelivery(changed, DeliveryCause(action), to: $0) }
    }
    return try #require(applied)
  }

  /// The states of an alert's deliveries, by cause and receiver, such as `fired ops`.
  func states(_ alert: Alert) async throws -> [String: DeliveryState] {
    let rows = try await deliveries.deliveries(DeliveryQuery(alertID: alert.alertID), tenant: .standard)
    return Dictionary(
      uniqueKeysWithValues: rows.map { ("\($0.planned.cause) \($0.planned.target.receiver)", $0.state) })
  }

  /// The row of a delivery.
  func row(_ planned: PlannedDelivery) async throws -> Delivery {
    try #require(try await deliveries.delivery(planned.id, tenant: .standard))
  }

  /// The status of an alert, as it is read.
  func status(_ alert: Alert) async throws -> NotificationStatus? {
    try await alerts.alert(alert.alertID, tenant: .standard)?.notificationStatus
  }

  /// Runs SQL that gives nothing.
  func run(_ sql: String) async throws {
    // PostgreSQL cuts names of 64 bytes and more.
    _ = try await pool.execute(PostgresStatement(sql, name: "run.\(sql.hashValue)"), [])
  }

  /// Lets an hour pass: leases run out, and what waited is due.
  func passAnHour() async throws {
    try await run("UPDATE delivery_queue SET due_at = due_at - interval '1 hour'")
  }
}

extension PostgresDeliveryStore {
  /// Takes what is due of all targets of these receivers that something waits for.
  func lease(_ limit: Int, for receivers: [String]) async throws -> [LeasedDelivery] {
    let targets = try await queuedTargets().filter { receivers.contains($0.receiver) }
    return try await lease(limit, of: targets.map { WantedDeliveries($0, limit: limit) }).deliveries
  }
}
