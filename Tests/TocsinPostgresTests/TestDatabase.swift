import LocalServers
import Logging
import PostgresClient
import Synchronization
import TocsinCore

@testable import TocsinPostgres

/// The tests' PostgreSQL server: one for all, with a database for each.
enum TestDatabase {
  private static let server = Result { try LocalPostgres.start(settings: ["fsync": "off", "max_connections": "600"]) }
  private static let number = Mutex(0)

  /// The project's own migrations.
  static func migrations() throws -> [Migration] {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    return try Migration.load(folder: root + "/migrations")
  }

  /// A new database, empty.
  static func empty() throws -> PostgresConfiguration {
    try configuration(try emptyURL())
  }

  /// The connection string of a new database, as its owner.
  static func emptyURL() throws -> String {
    let name = number.withLock { number in
      number += 1
      return "test\(number)"
    }
    return try server.get().createDatabase(name)
  }

  /// The connection string of a database of that name, which the test makes.
  static func url(of name: String) throws -> String {
    let url = try server.get().url
    return url.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/" + name
  }

  /// How tests connect.
  static func configuration(_ url: String) throws -> PostgresConfiguration {
    var configuration = try PostgresConfiguration(url: url)
    // All tests run at once, and perhaps not alone on the machine.
    configuration.connectTimeout = .seconds(30)
    configuration.statementTimeout = .seconds(120)
    return configuration
  }

  /// A new database with the schema, and pools to it.
  static func with(_ body: @Sendable (Stores) async throws -> Void) async throws {
    let configuration = try empty()
    _ = try await Migrator(configuration: configuration, migrations: try migrations(), release: "0.1.0").migrate()
    try await with(pools: configuration, body)
  }

  /// Pools to a database.
  static func with(
    pools configuration: PostgresConfiguration, _ body: @Sendable (Stores) async throws -> Void
  )
    async throws
  {
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let writers = PostgresPool(configuration: configuration, size: 4, acquireTimeout: .seconds(120), logger: logger)
    let readers = PostgresPool(configuration: configuration, size: 1, acquireTimeout: .seconds(120), logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await writers.run() }
      group.addTask { try await readers.run() }
      defer { group.cancelAll() }
      try await body(
        Stores(
          alerts: PostgresAlertStore(writers: writers, readers: readers, node: "a"),
          deliveries: PostgresDeliveryStore(writers: writers, readers: readers, node: "a"),
          other: PostgresDeliveryStore(writers: writers, readers: readers, node: "b"),
          rules: PostgresRuleStore(pool: writers), pool: writers))
    }
  }
}

/// The adapters on one database.
struct Stores: Sendable {
  let alerts: PostgresAlertStore
  /// Of the same node as the alerts.
  let deliveries: PostgresDeliveryStore
  /// Of another node.
  let other: PostgresDeliveryStore
  let rules: PostgresRuleStore
  let pool: PostgresPool

  /// The integer that a query gives.
  func number(_ sql: String) async throws -> Int {
    Int(try await pool.execute(PostgresStatement(sql, name: sql), []).rows[0].int8(0))
  }

  /// Makes partitions as a node does: asks again where the table was in use for too long.
  func makePartitions(weeksAhead: Int) async throws {
    while true {
      do {
        try await alerts.ensurePartitions(weeksAhead: weeksAhead)
        return
      } catch {
        guard error.code == .unavailable else { throw error }
      }
    }
  }

  /// PostgreSQL's time.
  func now() async throws -> Timestamp {
    Timestamp(
      milliseconds: Int64(try await number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")))
  }
}

extension PostgresAlertStore {
  /// An action that nobody is told of.
  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant
  ) async throws(StoreError) -> AppliedAction? {
    try await apply(action, to: id, by: user, tenant: tenant) { _ in [] }
  }
}
