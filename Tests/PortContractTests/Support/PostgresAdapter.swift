import LocalServers
import Logging
import PostgresClient
import Synchronization
import Testing
import TocsinCore
import TocsinJSON
import TocsinPostgres
import TocsinTesting

/// What implements the ports that PostgreSQL is behind.
enum PostgresAdapter: String, CaseIterable, CustomTestStringConvertible {
  case memory, postgresql

  var testDescription: String { rawValue }

  /// Runs the body with a database without any data.
  func with(_ body: (SharedPostgres) async throws -> Void) async throws {
    switch self {
    case .memory:
      let clock = ManualClock()
      let node = MemoryPostgres(clock: clock).node()
      try await body(
        SharedPostgres(alerts: node, rules: node, nodes: node) {
          clock.advance(by: .milliseconds(1))
          return clock.timestamp
        })
    case .postgresql: try await Self.withServer(body)
    }
  }

  private static let server = Result { try LocalPostgres.start(settings: ["fsync": "off", "max_connections": "300"]) }
  private static let number = Mutex(0)

  private static func withServer(_ body: (SharedPostgres) async throws -> Void) async throws {
    let name = number.withLock { number in
      number += 1
      return "contract\(number)"
    }
    var configuration = try PostgresConfiguration(url: try server.get().createDatabase(name))
    // All tests run at once, and perhaps not alone on the machine.
    configuration.connectTimeout = .seconds(30)
    configuration.statementTimeout = .seconds(120)
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    _ = try await Migrator(
      configuration: configuration, migrations: try Migration.load(folder: root + "/migrations"), release: "0.1.0"
    ).migrate()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let pool = PostgresPool(configuration: configuration, size: 4, acquireTimeout: .seconds(120), logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run() }
      defer { group.cancelAll() }
      try await body(
        SharedPostgres(
          alerts: PostgresAlertStore(writers: pool, readers: pool, node: "a"), rules: PostgresRuleStore(pool: pool),
          nodes: PostgresNodeRegistry(pool: pool, lifetimeMilliseconds: 3_600_000)
        ) {
          let time = PostgresStatement(
            "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint", name: "now")
          return Timestamp(milliseconds: try await pool.execute(time, []).rows[0].int8(0))
        })
    }
  }
}

/// A database, and its time.
struct SharedPostgres: Sendable {
  let alerts: any AlertStore
  let rules: any RuleStore
  let nodes: any NodeRegistry
  /// The server's time, later with each call.
  let now: @Sendable () async throws -> Timestamp

  init(
    alerts: any AlertStore, rules: any RuleStore, nodes: any NodeRegistry,
    now: @escaping @Sendable () async throws -> Timestamp
  ) {
    self.alerts = alerts
    self.rules = rules
    self.nodes = nodes
    self.now = now
  }

  /// An alert that fired that many minutes ago.
  func alert(
    minutesAgo: Int64 = 0, rule: String = "r1", incarnation: String = "i1", campaign: String = "c1", ad: String = "",
    severity: Severity = .high
  ) async throws -> StoredAlert {
    let time = try await now().advanced(by: -minutesAgo * 60_000)
    return StoredAlert(
      alert: Alert(
        alertID: .new(at: time), ruleID: rule, alertType: .roasDrop, severity: severity, title: "ROAS fell ☀",
        message: "1.4 is below 2", entity: Entity(campaignID: campaign, adID: ad), campaignName: "Frühling",
        metricName: "roas", metricValue: 1.4, thresholdValue: 2,
        details: ["rule_name": "ROAS < 2", "nested": ["list": [1, -2.5, nil, true, "ä\"\\"]]],
        ruleIncarnation: incarnation), tenant: .standard)
  }
}
