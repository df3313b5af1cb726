import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics

/// All ports of a node in memory, good enough to serve requests. Cooldowns are not kept: each claim wins, but for those
/// of rules that are to lose.
final class MemoryCluster: Sendable {
  struct State {
    var epoch: String?
    var alerts: [AlertID: Alert] = [:]
    var rules: [String: AlertRule] = [:]
    var changes: [RuleChange] = []
    var version: Int64 = 0
    var postgresIsDown = false
    var deliveries: [Delivery] = []
    /// What the receiver `ops` answers to tests.
    var testOutcome = DeliveryOutcome.delivered(status: 200)
    var enabledAgain: [TargetName] = []
    var disabledTargets: [TargetName: String] = [:]
    /// How often somebody asked for the newest alert of a rule and entity.
    var lookups = 0
    /// Rules whose claims are lost, and why.
    var losses: [String: ClaimLoss] = [:]
  }

  let state = Mutex(State())
  private let restored = AsyncStream<Void>.makeStream()

  /// Lets PostgreSQL be away.
  func losePostgres() {
    state.withLock { $0.postgresIsDown = true }
  }

  private func postgres<Value>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
    try state.withLock { state throws(StoreError) in
      if state.postgresIsDown { throw StoreError(.unavailable, backend: "postgresql", message: "away") }
      return body(&state)
    }
  }

  /// Runs a test with an engine that has its rules.
  static func run(_ test: @Sendable (Engine, MemoryCluster) async throws -> Void) async throws {
    let cluster = MemoryCluster()
    let engine = Engine(
      node: "test",
      ports: EnginePorts(
        journal: cluster, epochs: cluster, log: cluster, signals: cluster, board: cluster, windows: cluster,
        alerts: cluster, rules: cluster, deliveries: cluster, notifier: cluster), metrics: MetricsRegistry(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in engine.deliveryServices + engine.pathServices + [engine.feed] + engine.services {
        group.addTask { try await service.run() }
      }
      for await _ in cluster.restored.stream { break }
      try await test(engine, cluster)
      group.cancelAll()
    }
  }
}

extension MemoryCluster: CooldownJournal, EpochKeeper, EventLog, ClusterSignals, SampleWindows {
  func claim(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] { try await preview(claims) }

  func preview(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] {
    let losses = state.withLock { $0.losses }
    return claims.map { claim in losses[claim.ruleID].map(ClaimOutcome.lost) ?? .won }
  }

  func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError) {}
  func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int { alerts.count }
  func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int { alerts.count }
  func reenter(_ entries: [JournalEntry]) async throws(StoreError) {}
  func bury(
    _ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String
  ) async throws(StoreError) {}
  func discard(_ alerts: [AlertID], reason: String) async throws(StoreError) {}
  func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry] { [] }
  func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry] { [] }
  func written(_ alerts: [AlertID]) async throws(StoreError) {}
  func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding] { alerts.map { _ in .none } }
  func announce(changes: [AlertChange]) async throws(StoreError) -> Int { changes.count }
  func announce(updates: [[UInt8]]) async throws(StoreError) {}
  func backlog() async throws(StoreError) -> JournalBacklog { JournalBacklog(journal: 0, unwritten: 0, limit: 1) }
  func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool { false }
  func now() -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000) }

  var epoch: String? { state.withLock { $0.epoch } }
  func adopt(epoch: String) { state.withLock { $0.epoch = epoch } }
  func serverEpoch() async throws(StoreError) -> String? { epoch }
  func holdRestoreLock(node: String, milliseconds: Int64) async throws(StoreError) -> Bool { true }
  func begin(epoch: String) async throws(StoreError) { adopt(epoch: epoch) }
  func restore(_ cooldowns: [RunningCooldown]) async throws(StoreError) {}
  func finishRestore(of epoch: String, node: String) async throws(StoreError) { restored.continuation.yield() }
  func suspend() {}
  func releaseRestoreLock(node: String) async throws(StoreError) {}
  func isRestoring() async throws(StoreError) -> Bool { false }

  func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? { [] }
  func isIntact(upTo place: EventID) async throws(StoreError) -> Bool { true }
  func newest() async throws(StoreError) -> EventID { EventID(beginningOf: epoch ?? "none") }
  func rulesChanged(version: Int64) async throws(StoreError) {}
  func probe(_ token: String) async throws(StoreError) {}
  func checkWrites() async throws(StoreError) {}

  func preview(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    try await add(requests, tenant: tenant)
  }

  func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    requests.map { request in
      request.lookbackMinutes.map { _ in
        WindowAggregate(count: 1, sum: request.value, minimum: request.value, maximum: request.value)
      }
    }
  }
}

extension MemoryCluster: AlertStore {
  func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> InsertedAlerts {
    try postgres { state in
      for stored in alerts { state.alerts[stored.alert.alertID] = stored.alert }
      return InsertedAlerts(count: alerts.count)
    }
  }

  func alert(_ id: AlertID, tenant: Tenant) async throws(StoreError) -> Alert? {
    try postgres { $0.alerts[id] }
  }

  func alerts(_ keys: [AlertKey]) async throws(StoreError) -> [StoredAlert] {
    try postgres { state in
      keys.compactMap { key in state.alerts[key.id].map { StoredAlert(alert: $0, tenant: key.tenant) } }
    }
  }

  /// The first elements of a list.
  static func page<Element: Sendable, Key: Sendable>(
    _ list: [Element], _ limit: Int, _ key: (Element) -> Key
  ) -> StoredPage<Element, Key> {
    StoredPage(elements: Array(list.prefix(limit)), next: list.count > limit ? key(list[limit - 1]) : nil)
  }

  func page(_ query: AlertQuery, tenant: Tenant) async throws(StoreError) -> StoredPage<Alert, AlertID> {
    try postgres { state in
      let matching = state.alerts.values.filter { alert in
        query.filter.matches(alert) && (query.includesResolved || alert.resolution == nil)
          && (query.before.map { alert.alertID < $0 } ?? true)
      }
      return MemoryCluster.page(matching.sorted { $0.alertID > $1.alertID }, query.limit, \.alertID)
    }
  }

  func statistics(campaignID: String?, tenant: Tenant) async throws(StoreError) -> AlertStatistics {
    try postgres { AlertStatistics(total: $0.alerts.count, active: $0.alerts.count, bySeverity: ["high": 1]) }
  }

  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction? {
    try postgres { state in
      guard var alert = state.alerts[id] else { return nil }
      guard alert.state.after(action) != nil else { return AppliedAction(alert: alert, change: nil) }
      let mark = Alert.Mark(at: now(), by: user)
      if action == .acknowledge { alert.acknowledgement = mark } else { alert.resolution = mark }
      state.alerts[id] = alert
      return AppliedAction(alert: alert, change: AlertChange(changeID: id, envelope: []))
    }
  }

  func unannouncedChanges(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [AlertChange] {
    try postgres { _ in [] }
  }
  func announced(changes: [AlertID]) async throws(StoreError) {}

  func runningCooldowns(
    of rules: RuleSnapshot, at now: Timestamp
  ) -> any AsyncSequence<[RunningCooldown], any Error> {
    AsyncThrowingStream<[RunningCooldown], any Error> { $0.finish() }
  }

  func newestAlert(
    ruleID: String, incarnation: String, entity: Entity, tenant: Tenant, since: Timestamp
  ) async throws(StoreError) -> AlertID? {
    state.withLock { $0.lookups += 1 }
    return try postgres { _ in nil }
  }
}

extension MemoryCluster: RuleStore {
  func save(_ rule: AlertRule, tenant: Tenant, actor: String) async throws(StoreError) -> WrittenRule {
    try postgres { state in
      if let there = state.rules[rule.ruleID], there.says(theSameAs: rule) {
        return WrittenRule(rule: there, changed: false)
      }
      return WrittenRule(
        rule: MemoryCluster.change(&state, rule.ruleID, "save", actor, to: rule) ?? rule, changed: true)
    }
  }

  func delete(ruleID: String, tenant: Tenant, actor: String) async throws(StoreError) -> Int64? {
    try postgres { state in
      guard state.rules[ruleID] != nil else { return nil }
      _ = MemoryCluster.change(&state, ruleID, "delete", actor, to: nil)
      return state.version
    }
  }

  func setEnabled(
    _ enabled: Bool, ruleID: String, tenant: Tenant, actor: String
  ) async throws(StoreError) -> WrittenRule? {
    try postgres { state in
      guard var rule = state.rules[ruleID] else { return nil }
      guard rule.enabled != enabled else { return WrittenRule(rule: rule, changed: false) }
      rule.enabled = enabled
      let changed = MemoryCluster.change(&state, ruleID, enabled ? "enable" : "disable", actor, to: rule)
      return WrittenRule(rule: changed ?? rule, changed: true)
    }
  }

  private static func change(
    _ state: inout State, _ id: String, _ action: String, _ actor: String, to rule: AlertRule?
  ) -> AlertRule? {
    state.version += 1
    var rule = rule
    rule?.version = state.version
    let change = RuleChange(
      version: state.version, action: action, actor: actor, at: Timestamp(milliseconds: 0),
      before: state.rules[id]?.json, after: rule?.json)
    state.changes.insert(change, at: 0)
    state.rules[id] = rule
    return rule
  }

  private static func snapshot(_ state: State) -> RuleSnapshot {
    RuleSnapshot(version: state.version, rules: [.standard: Array(state.rules.values)])
  }

  func snapshot() async throws(StoreError) -> RuleSnapshot {
    try postgres { MemoryCluster.snapshot($0) }
  }

  func seed(_ rules: [AlertRule], tenant: Tenant) async throws(StoreError) -> Bool {
    try postgres { state in
      for rule in rules { _ = MemoryCluster.change(&state, rule.ruleID, "seed", "seed", to: rule) }
      return true
    }
  }

  func history(
    ruleID: String, tenant: Tenant, before version: Int64, limit: Int
  ) async throws(StoreError) -> StoredPage<RuleChange, Int64> {
    try postgres { state in
      let own = state.changes.filter { change in
        change.version < version && (change.after ?? change.before)?.object?["rule_id"] == .string(ruleID)
      }
      return MemoryCluster.page(own, limit, \.version)
    }
  }
}

extension MemoryCluster: RuleBoard {
  func put(_ rule: AlertRule, tenant: Tenant) async throws(StoreError) {}
  func remove(ruleID: String, tenant: Tenant, version: Int64) async throws(StoreError) {}
  func replaceAll(_ snapshot: RuleSnapshot, history: String) async throws(StoreError) {}
  func beginHistory(
    _ history: String, with snapshot: RuleSnapshot, insteadOf version: RuleVersion?
  ) async throws(StoreError) -> Bool { true }
  func version() async throws(StoreError) -> RuleVersion? {
    state.withLock { RuleVersion(number: $0.version, history: "") }
  }
  func snapshot() async throws(StoreError) -> SharedRules? {
    state.withLock { SharedRules(rules: MemoryCluster.snapshot($0), history: "") }
  }
}
