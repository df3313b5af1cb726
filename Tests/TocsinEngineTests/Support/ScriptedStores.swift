import TocsinCore
import TocsinTesting

/// As much of an alert store as deliveries need, on the same memory as the deliveries.
struct ScriptedAlertStore: AlertStore {
  struct Script: Sendable {
    /// Alerts that are refused.
    var refused: Set<AlertID> = []
    var isAway = false
    var batches: [[AlertID]] = []
  }

  let script = Watched(Script())
  private let database: MemoryDeliveries
  private let node: String

  init(_ database: MemoryDeliveries, node: String) {
    self.database = database
    self.node = node
  }

  private func check() throws(StoreError) {
    if script.value.isAway { throw .away }
  }

  func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> InsertedAlerts {
    try check()
    let ids = alerts.map(\.alert.alertID)
    let isRefused = script.change { script in
      script.batches.append(ids)
      return !script.refused.isDisjoint(with: ids)
    }
    if isRefused { throw .refused }
    return database.insert(alerts, node: node, lease: .seconds(30))
  }

  func alerts(_ keys: [AlertKey]) async throws(StoreError) -> [StoredAlert] {
    try check()
    let tables = database.tables.value
    return keys.compactMap { key in tables.alerts[key].map { StoredAlert(alert: $0, tenant: key.tenant) } }
  }

  func alert(_ id: AlertID, tenant: Tenant) async throws(StoreError) -> Alert? {
    try await alerts([AlertKey(tenant: tenant, id: id)]).first?.alert
  }

  func page(_ query: AlertQuery, tenant: Tenant) async throws(StoreError) -> StoredPage<Alert, AlertID> { throw .away }
  func statistics(campaignID: String?, tenant: Tenant) async throws(StoreError) -> AlertStatistics { throw .away }
  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction? { throw .away }
  func unannouncedChanges(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [AlertChange] { [] }
  func announced(changes: [AlertID]) async throws(StoreError) {}
  func runningCooldowns(of rules: RuleSnapshot, at now: Timestamp) -> any AsyncSequence<[RunningCooldown], any Error> {
    AsyncThrowingStream { $0.finish() }
  }
  func newestAlert(
    ruleID: String, incarnation: String, entity: Entity, tenant: Tenant, since: Timestamp
  ) async throws(StoreError) -> AlertID? { nil }
  func checkWrites() async throws(StoreError) {}
}

/// As much of a journal as deliveries need: it keeps what is announced and buried.
struct ScriptedJournal: CooldownJournal {
  struct Script: Sendable {
    var isAway = false
    var updates: [[UInt8]] = []
    var buried: [AlertID: String] = [:]
  }

  let script = Watched(Script())
  private let clock: ManualClock

  init(clock: ManualClock) {
    self.clock = clock
  }

  func announce(updates: [[UInt8]]) async throws(StoreError) {
    if script.value.isAway { throw .away }
    script.change { $0.updates += updates }
  }

  func bury(_ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String) async throws(StoreError) {
    if script.value.isAway { throw .away }
    script.change { $0.buried[alert] = reason }
  }

  func now() -> Timestamp { clock.timestamp }

  func claim(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] { throw .away }
  func preview(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] { throw .away }
  func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError) { throw .away }
  func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int { throw .away }
  func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int { throw .away }
  func reenter(_ entries: [JournalEntry]) async throws(StoreError) { throw .away }
  func discard(_ alerts: [AlertID], reason: String) async throws(StoreError) { throw .away }
  func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry] { throw .away }
  func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry] { throw .away }
  func written(_ alerts: [AlertID]) async throws(StoreError) { throw .away }
  func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding] { throw .away }
  func backlog() async throws(StoreError) -> JournalBacklog { throw .away }
  func announce(changes: [AlertChange]) async throws(StoreError) -> Int { throw .away }
  func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool { throw .away }
}
