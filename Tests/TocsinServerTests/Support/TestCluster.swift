import Logging
import ServiceLifecycle
import TocsinCore
import TocsinEngine
import TocsinMetrics
import TocsinTesting

/// A node's engine on twins of its ports, as requests meet it.
struct TestCluster: Sendable {
  let clock: ManualClock
  let server: MemoryRedis
  let redis: MemoryRedisNode
  let postgres: MemoryPostgresNode
  let deliveries: FakeDeliveries

  /// Lets PostgreSQL be away.
  func losePostgres() {
    postgres.faults.goAway("postgresql")
  }

  /// Runs a test with an engine that works in Redis' epoch and has the default rules.
  static func run(_ test: @Sendable (Engine, TestCluster) async throws -> Void) async throws {
    let clock = ManualClock()
    let database = MemoryPostgres(clock: clock)
    let server = MemoryRedis(clock: clock)
    let cluster = TestCluster(
      clock: clock, server: server, redis: server.node(), postgres: database.node(),
      deliveries: FakeDeliveries(database: database))
    let (redis, postgres) = (cluster.redis, cluster.postgres)
    let engine = Engine(
      node: "test",
      ports: EnginePorts(
        journal: redis, epochs: redis, log: redis, signals: redis, board: redis, windows: redis, alerts: postgres,
        rules: postgres, deliveries: cluster.deliveries, notifier: cluster.deliveries), clock: clock,
      metrics: MetricsRegistry(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in engine.deliveryServices + engine.pathServices + [engine.feed] + engine.services {
        group.addTask { try await service.run() }
      }
      await redis.faults.wait(for: "finishRestore(of:node:)")
      try await test(engine, cluster)
      group.cancelAll()
    }
  }
}
