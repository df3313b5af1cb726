import Synchronization
import TocsinCore
import TocsinTesting

/// Deliveries that a test puts there, and a receiver `ops` that answers tests as it is told. Nothing is sent.
final class FakeDeliveries: Sendable {
  struct State {
    var deliveries: [Delivery] = []
    /// What the receiver `ops` answers to tests.
    var testOutcome = DeliveryOutcome.delivered(status: 200)
    var enabledAgain: [TargetName] = []
    var disabledTargets: [TargetName: String] = [:]
  }

  let state = Mutex(State())
  /// Where the alerts are.
  private let database: MemoryPostgres

  /// No deliveries yet.
  init(database: MemoryPostgres) {
    self.database = database
  }

  /// Lets deliveries be there.
  func add(_ deliveries: [Delivery]) {
    state.withLock { $0.deliveries += deliveries }
  }

  /// Lets the receiver `ops` answer tests with that.
  func answerTests(_ outcome: DeliveryOutcome) {
    state.withLock { $0.testOutcome = outcome }
  }

  /// The first elements of a list.
  private static func page<Element: Sendable, Key: Sendable>(
    _ list: [Element], _ limit: Int, _ key: (Element) -> Key
  ) -> StoredPage<Element, Key> {
    StoredPage(elements: Array(list.prefix(limit)), next: list.count > limit ? key(list[limit - 1]) : nil)
  }
}

extension FakeDeliveries: DeliveryStore {
  var leaseDuration: Duration { .seconds(60) }

  func lease(_ limit: Int, of wanted: [WantedDeliveries]) async throws(StoreError) -> LeasedDeliveries {
    LeasedDeliveries()
  }
  func retarget(
    _ deliveries: [LeasedDelivery], to target: TargetName, told causes: Set<DeliveryCause.Kind>
  ) async throws(StoreError) -> Set<DeliveryID> {
    []
  }
  func queuedTargets() async throws(StoreError) -> [TargetName] { [] }
  func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> { Set(deliveries) }
  func complete(_ results: [DeliveryResult]) async throws(StoreError) -> [StatusChange] { [] }
  func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {}
  func reportReceivers(_ names: [String], unknownAfterMilliseconds: Int64) async throws(StoreError) -> ChangedDeliveries
  {
    ChangedDeliveries()
  }
  func disabledTargets() async throws(StoreError) -> [TargetName: String] {
    state.withLock { $0.disabledTargets }
  }

  func disable(_ target: TargetName, reason: String?) async throws(StoreError) {
    state.withLock { state in
      if reason == nil { state.enabledAgain.append(target) }
    }
  }

  func backlog() async throws(StoreError) -> DeliveryBacklog {
    DeliveryBacklog(unfinished: 0, dead: 0, oldestMilliseconds: 0)
  }

  func page(
    _ query: DeliveryQuery, tenant: Tenant
  ) async throws(StoreError) -> StoredPage<Delivery, DeliveryID> {
    let alerts = Dictionary(database.alerts.map { ($0.alert.alertID, $0.alert) }) { first, _ in first }
    let matching = state.withLock { $0.deliveries }.filter { delivery in
      let campaign = alerts[delivery.planned.alertID]?.entity.campaignID
      return FakeDeliveries.matches(delivery, query)
        && (query.campaignIDs.isEmpty || campaign.map(query.campaignIDs.contains) ?? false)
    }
    return FakeDeliveries.page(matching.sorted { $0.planned.id > $1.planned.id }, query.limit, \.planned.id)
  }

  func delivery(_ id: DeliveryID, tenant: Tenant) async throws(StoreError) -> Delivery? {
    try await page(DeliveryQuery(id: id), tenant: tenant).elements.first
  }

  func replay(_ query: DeliveryQuery, limit: Int, tenant: Tenant) async throws(StoreError) -> ChangedDeliveries {
    state.withLock { state in
      var replayed = ChangedDeliveries()
      for index in state.deliveries.indices
      where FakeDeliveries.matches(state.deliveries[index], query) && state.deliveries[index].state.isFinal {
        state.deliveries[index].state = .pending
        replayed.count += 1
        let planned = state.deliveries[index].planned
        replayed.alerts.insert(AlertKey(tenant: tenant, id: planned.alertID))
        replayed.targets[DeliveryTarget(name: planned.target, channel: planned.channel), default: 0] += 1
      }
      return replayed
    }
  }

  private static func matches(_ delivery: Delivery, _ query: DeliveryQuery) -> Bool {
    (query.id == nil || query.id == delivery.planned.id)
      && (query.alertID == nil || query.alertID == delivery.planned.alertID)
      && (query.receiver == nil || query.receiver == delivery.planned.target.receiver)
      && (query.states.isEmpty || query.states.contains(delivery.state))
      && (query.before.map { delivery.planned.id < $0 } ?? true)
  }
}

extension FakeDeliveries: Notifier {
  var testable: [String] { ["ops", "slack"] }

  func send(_ notification: Notification, timeout: Duration) async -> DeliveryOutcome { .delivered(status: 200) }

  func test(_ name: String, timeout: Duration) async -> [TargetTest]? {
    guard testable.contains(name) else { return nil }
    let target = TargetName(receiver: "ops", target: "slack-1")
    return [
      TargetTest(
        target: target, channel: .slack, outcome: state.withLock { $0.testOutcome }, milliseconds: 12)
    ]
  }
}
