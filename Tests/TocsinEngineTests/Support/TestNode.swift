import Logging
import ServiceLifecycle
import TocsinCore
import TocsinJSON
import TocsinMetrics
import TocsinTesting

@testable import TocsinEngine

/// The servers that nodes share, and the clock of all.
struct TestServers: Sendable {
  let clock: ManualClock
  let redis: MemoryRedis
  let postgres: MemoryPostgres

  init(journalLimit: Int = 200_000) {
    clock = ManualClock()
    redis = MemoryRedis(clock: clock, journalLimit: journalLimit)
    postgres = MemoryPostgres(clock: clock)
  }
}

/// A node's engine on twins of all ports. Nothing of it runs by itself: a test calls its parts, or runs those it names.
struct TestNode: Sendable {
  let servers: TestServers
  let redisFaults = Faults()
  let postgresFaults = Faults()
  let redis: MemoryRedisNode
  let postgres: MemoryPostgresNode
  let engine: Engine

  /// A node that has not looked at Redis yet.
  init(_ name: String = "a", on servers: TestServers = TestServers(), settings: EngineSettings = EngineSettings()) {
    self.servers = servers
    redis = servers.redis.node(redisFaults)
    postgres = servers.postgres.node(postgresFaults)
    engine = Engine(
      node: name,
      ports: EnginePorts(
        journal: redis, epochs: redis, log: redis, signals: redis, board: redis, windows: redis, alerts: postgres,
        rules: postgres, deliveries: NoDeliveries(), notifier: NoDeliveries()),
      settings: settings, clock: servers.clock, metrics: MetricsRegistry(), logger: .quiet)
  }

  var clock: ManualClock { servers.clock }

  /// What goes wrong on one of the servers.
  func faults(_ backend: Backend) -> Faults { backend == .redis ? redisFaults : postgresFaults }

  /// Nothing goes wrong any more.
  func mend() {
    redisFaults.mend()
    postgresFaults.mend()
  }

  /// Lets the node find into Redis' epoch, with these rules if PostgreSQL has none yet.
  func enter(rules: [AlertRule] = [.sample()]) async throws {
    _ = try await postgres.seed(rules, tenant: .standard)
    while try await !engine.recovery.recover() {}
  }

  /// Does what the node's services do within some seconds: looks at Redis' epoch, finishes what is overdue.
  func catchUp() async throws {
    engine.writer.postgresIsBack()
    while try await !engine.recovery.recover() {}
    clock.advance(by: .seconds(4))
    try await engine.keeper.replay()
  }

  /// Runs these parts while the body runs.
  func running(_ parts: [any Service], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for part in parts { group.addTask { try await part.run() } }
      defer { group.cancelAll() }
      try await body()
    }
  }

  /// Takes checks while the body runs.
  func serving(_ body: () async throws -> Void) async throws {
    try await running(engine.pathServices, body)
  }

  /// Checks a metric that the sample rule watches.
  func check(_ campaign: String = "c1", value: Double = 1) async throws(EngineError) -> CheckOutcome {
    try await engine.checks.check(
      Check(
        metricName: "roas", metricValue: value, entity: Entity(campaignID: campaign), campaignName: "Spring sale"),
      tenant: .standard)
  }

  /// Claims a new alert as a node does that then dies.
  func claimed(_ campaign: String = "c1", rule: AlertRule? = nil) async throws -> Alert {
    let alert = Alert.sample(at: clock.timestamp, campaign: campaign, rule: rule)
    let outcome = try await redis.claim([Claim(of: alert)])
    guard outcome.won == [true] else { throw Unexpected() }
    return alert
  }

  /// The alerts that all nodes were told of, in order.
  var announced: [AlertID] { servers.redis.announced.filter { $0.kind == .alert }.map(\.alertID) }
  /// The alerts that PostgreSQL has.
  var stored: [AlertID] { servers.postgres.alerts.map(\.alert.alertID) }
  /// How many alerts wait, of all nodes.
  func backlog() async throws -> [Int] {
    let backlog = try await redis.backlog()
    return [backlog.journal, backlog.unwritten]
  }
}

/// One of the two servers.
enum Backend: String, CaseIterable {
  case redis, postgresql
}

struct Unexpected: Error {}

extension Logger {
  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension StoreError {
  static func away(_ backend: Backend) -> StoreError {
    StoreError(.unavailable, backend: backend.rawValue, message: "away")
  }
}

extension AlertRule {
  /// A rule that speaks where `roas` is below 2.
  static func sample(_ id: String = "r1", cooldownMinutes: Int = 30) -> AlertRule {
    AlertRule(
      ruleID: id, name: "ROAS < 2", alertType: .roasDrop, severity: .high, threshold: 2,
      cooldownMinutes: cooldownMinutes)
  }
}

extension Alert {
  /// An alert that fires at that moment.
  static func sample(at time: Timestamp, campaign: String = "c1", rule: AlertRule? = nil) -> Alert {
    var generator = SystemRandomNumberGenerator()
    return Alert(
      alertID: AlertID(at: time, using: &generator), ruleID: rule?.ruleID ?? "r1", alertType: .roasDrop,
      severity: .high, title: "t", message: "m", entity: Entity(campaignID: campaign), campaignName: "Spring sale",
      metricName: "roas", metricValue: 1, thresholdValue: 2, details: [:], ruleIncarnation: rule?.incarnation ?? "i1")
  }
}

extension JournalEntry {
  init(of alert: Alert) {
    self.init(alertID: alert.alertID, envelope: EventEnvelope.alert(alert, tenant: .standard).encoded())
  }
}

extension Claim {
  init(of alert: Alert, cooldownMinutes: Int64 = 30) {
    self.init(
      entry: JournalEntry(of: alert), tenant: .standard, ruleID: alert.ruleID, incarnation: alert.ruleIncarnation,
      entity: alert.entity, cooldownMilliseconds: cooldownMinutes * 60_000)
  }
}

/// The code of the error that the body throws, or nil where it throws none.
func code(_ body: () async throws -> Void) async -> EngineError.Code? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? EngineError)?.code
  }
}

extension [ClaimOutcome] {
  /// Which claims were won.
  var won: [Bool] {
    map { outcome in
      if case .lost = outcome { false } else { true }
    }
  }
}
