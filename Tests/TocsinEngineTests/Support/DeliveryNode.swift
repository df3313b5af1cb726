import Logging
import ServiceLifecycle
import TocsinCore
import TocsinJSON
import TocsinMetrics
import TocsinTesting

@testable import TocsinEngine

/// The delivery part of one node, on memory twins and a clock that the test moves.
///
/// Receiver `ops` has the target `slack-1`; `night` has `email-1`, and is notified of nothing unless a test says so.
final class DeliveryNode: Sendable {
  static let slack = TargetName(receiver: "ops", target: "slack-1")
  static let mail = TargetName(receiver: "night", target: "email-1")

  let clock: ManualClock
  let database: MemoryDeliveries
  let faults = Faults()
  let store: MemoryDeliveryStore
  let notifier = MemoryNotifier([DeliveryNode.slack: .slack, DeliveryNode.mail: .email])
  let alerts: ScriptedAlertStore
  let journal: ScriptedJournal
  let registry = MetricsRegistry()
  let settings: DeliverySettings
  let routing = ActiveRouting()
  let grace: TakeoverGrace
  let publisher: StatusPublisher
  let completer: DeliveryCompleter
  let disabled: DisabledTargets
  let dispatcher: DeliveryDispatcher
  let fetcher: DeliveryFetcher
  let heartbeat: ReceiverHeartbeat
  let planner: DeliveryPlanner
  let inserter: AlertInserter
  let metrics: DeliveryMetrics
  let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init(_ name: String = "a", database: MemoryDeliveries? = nil, clock: ManualClock = ManualClock()) {
    self.clock = clock
    let database = database ?? MemoryDeliveries(clock: clock)
    self.database = database
    store = MemoryDeliveryStore(database, node: name, faults: faults)
    alerts = ScriptedAlertStore(database, node: name)
    journal = ScriptedJournal(clock: clock)
    var settings = DeliverySettings()
    settings.breaker = CircuitBreaker(threshold: 2, rest: .seconds(15))
    self.settings = settings
    metrics = DeliveryMetrics(registry)
    grace = TakeoverGrace(settings.takeoverGrace, clock: clock)
    publisher = StatusPublisher(alerts: alerts, journal: journal, logger: logger)
    completer = DeliveryCompleter(
      store: store, publisher: publisher, grace: grace, clock: clock, metrics: metrics, logger: logger)
    disabled = DisabledTargets(store: store, logger: logger)
    dispatcher = DeliveryDispatcher(
      notifier: notifier, store: store, routing: routing, completer: completer, disabled: disabled, grace: grace,
      settings: settings, clock: clock, metrics: metrics, logger: logger)
    fetcher = DeliveryFetcher(
      store: store, routing: routing, dispatcher: dispatcher, publisher: publisher, completer: completer,
      grace: grace, settings: settings, clock: clock, metrics: metrics, logger: logger)
    heartbeat = ReceiverHeartbeat(
      store: store, routing: routing, dispatcher: dispatcher, fetcher: fetcher, disabled: disabled,
      publisher: publisher, settings: settings, clock: clock, metrics: metrics, logger: logger)
    planner = DeliveryPlanner(routing: routing, dispatcher: dispatcher)
    inserter = AlertInserter(
      store: alerts, journal: journal, planner: planner, dispatcher: dispatcher, clock: clock,
      metrics: EngineMetrics(registry), deliveryMetrics: metrics, logger: logger)
    routing.replace(DeliveryNode.table())
  }

  static func table(
    routes: [Route] = [Route(receivers: ["ops"])], concurrency: Int = 1, fallbacks: [String] = [],
    fallbackAfter: Duration? = nil, slack: TargetName? = DeliveryNode.slack
  ) -> RoutingTable {
    let targets = slack.map { RoutingTable.Target(name: $0, channel: .slack, causes: [.fired, .resolved]) }
    return RoutingTable(
      receivers: [
        "ops": RoutingTable.Receiver(
          targets: targets.map { [$0] } ?? [], fallbacks: fallbacks, fallbackAfter: fallbackAfter,
          concurrency: concurrency),
        "night": RoutingTable.Receiver(targets: [RoutingTable.Target(name: mail, channel: .email)]),
      ], routes: routes)
  }

  /// An alert that fires now.
  func alert(_ number: UInt64 = 1) -> Alert {
    let milliseconds = UInt64(clock.timestamp.milliseconds)
    return Alert(
      alertID: AlertID(high: milliseconds << 16 | 0x7000, low: 0x8000_0000_0000_0000 + number), ruleID: "r",
      alertType: .roasDrop, severity: .high, title: "", message: "", entity: Entity(campaignID: "c", adID: ""),
      campaignName: "", metricName: "roas", metricValue: 1, thresholdValue: 2, details: [:])
  }

  /// Lets an alert be there with a delivery to `ops` that this node, or another one, has leased.
  @discardableResult
  func commit(_ number: UInt64 = 1, to target: TargetName = DeliveryNode.slack, by node: String = "a") -> Alert {
    let alert = alert(number)
    let planned = PlannedDelivery(alertID: alert.alertID, cause: .fired, target: target, channel: .slack)
    _ = database.insert(
      [StoredAlert(alert: alert, tenant: .standard, deliveries: [planned])], node: node, lease: store.leaseDuration)
    return alert
  }

  /// The delivery of that alert's firing.
  func leased(_ alert: Alert, to target: TargetName = DeliveryNode.slack) -> LeasedDelivery {
    LeasedDelivery(
      planned: PlannedDelivery(alertID: alert.alertID, cause: .fired, target: target, channel: .slack), alert: alert,
      tenant: .standard)
  }

  func item(_ alert: Alert, to target: TargetName = DeliveryNode.slack) -> DispatchStateMachine.Item {
    DispatchStateMachine.Item(
      leased: leased(alert, to: target), leaseEnds: clock.now + store.leaseDuration, acceptedAt: clock.now)
  }

  /// The row of the delivery of that alert's firing.
  func row(_ alert: Alert, to target: TargetName = DeliveryNode.slack) -> MemoryDeliveries.Row? {
    database.tables.value.rows[leased(alert, to: target).planned.id]
  }

  /// Waits until that row is as it should be.
  func waitForRow(
    _ alert: Alert, to target: TargetName = DeliveryNode.slack,
    _ isMet: @escaping @Sendable (MemoryDeliveries.Row) -> Bool
  ) async {
    let id = leased(alert, to: target).planned.id
    await database.tables.first { $0.rows[id].map(isMet) ?? false }
  }

  /// The value of a metric.
  func metric(_ line: String) -> String? {
    registry.render().split(separator: "\n").first { $0.hasPrefix(line + " ") }.map {
      String($0.dropFirst(line.count + 1))
    }
  }

  /// Runs services while the body runs.
  func running(_ services: any Service..., body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in services { group.addTask { try await service.run() } }
      try await body()
      group.cancelAll()
    }
  }
}

extension StoreError {
  static let away = StoreError(.unavailable, backend: "postgresql", message: "away")
  static let refused = StoreError(.data, backend: "postgresql", message: "refused")
}
