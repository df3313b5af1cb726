import LocalServers
import Logging
import NIOPosix
import PostgresClient
import RedisClient
import Testing
import TocsinApp
import TocsinClient
import TocsinCore
import TocsinEngine

/// Whole nodes on servers that lost something, or lack something.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ClusterFaultTests {
  private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func check(_ campaign: String) -> Check {
    Check(metricName: "m", metricValue: 1, entity: Entity(campaignID: campaign), campaignName: "Spring sale")
  }

  private func rule(threshold: Double = 2, cooldown: Int = 30) -> AlertRule {
    AlertRule(
      ruleID: "r", name: "r", alertType: .roasDrop, severity: .high, metricName: "m", threshold: threshold,
      cooldownMinutes: cooldown)
  }

  /// Asks until it is so; the time limit of the suite bounds that. Each round waits for the answer of a node.
  private func until(_ cluster: LocalCluster, _ isSo: () async throws -> Bool) async throws {
    while try await !isSo() { _ = try await cluster.clients[0].rules() }
  }

  /// Direct connections to the cluster's servers.
  private func with(
    _ cluster: LocalCluster, _ body: @Sendable (RedisClient, PostgresPool) async throws -> Void
  ) async throws {
    let redis = RedisClient(
      configuration: try RedisConfiguration(url: cluster.redis.url),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    let postgres = PostgresPool(
      configuration: try PostgresConfiguration(url: cluster.postgres.url), size: 1, logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await redis.run() }
      group.addTask { try await postgres.run() }
      try await body(redis, postgres)
      group.cancelAll()
    }
  }

  private func run(_ statements: String..., on postgres: PostgresPool) async throws {
    for statement in statements { try await postgres.withTransaction { try await $0.executeSimple(statement) } }
  }

  /// PostgreSQL is the truth, also when it is an older one.
  @Test func afterARestoreOfPostgresChangesOfRulesCount() async throws {
    try await LocalCluster.run(nodes: 2) { cluster in
      try await with(cluster) { redis, postgres in
        _ = try await cluster.clients[0].save(rule(threshold: 2))
        try await run(
          "CREATE TABLE backup AS SELECT * FROM rules", "CREATE TABLE backup_version AS SELECT * FROM rule_version",
          on: postgres)
        for threshold in [3, 4, 5, 6] as [Double] { _ = try await cluster.clients[0].save(rule(threshold: threshold)) }
        try await until(cluster) { try await cluster.clients[1].rule("r").value.threshold == 6 }
        try await run(
          """
          WITH restored AS (
            UPDATE rules r SET version = b.version, rule = b.rule FROM backup b
            WHERE (r.tenant, r.rule_id) = (b.tenant, b.rule_id)
          ), gone AS (
            DELETE FROM rule_changes WHERE version > (SELECT version FROM backup_version)
          ) UPDATE rule_version SET version = (SELECT version FROM backup_version)
          """, on: postgres)
        for client in cluster.clients { try await until(cluster) { try await client.rule("r").value.threshold == 2 } }
        _ = try await cluster.clients[1].save(rule(threshold: 0.5))
        try await until(cluster) { try await cluster.clients[0].rule("r").value.threshold == 0.5 }
        #expect(try await cluster.clients[0].check(check("c1")).value.alerts.isEmpty)
        _ = try await cluster.clients[0].save(rule(threshold: 7))
        try await until(cluster) { try await cluster.clients[1].rule("r").value.threshold == 7 }
        #expect(try await cluster.clients[1].check(check("c1")).value.alerts.count == 1)
      }
    }
  }

  /// The key ends when the old cooldown does; what it stood for does not.
  @Test func aCooldownThatBecameLongerHoldsOnEveryNodeAndAfterAFlush() async throws {
    try await LocalCluster.run(nodes: 2) { cluster in
      try await with(cluster) { redis, _ in
        _ = try await cluster.clients[0].save(rule(cooldown: 1))
        #expect(try await cluster.clients[0].check(check("c1")).value.alerts.count == 1)
        let key: RedisArgument = "{tocsin}:cooldown:default|r|2:c1:"
        #expect(try await redis.send(["DEL", key]) == .integer(1))
        _ = try await cluster.clients[0].save(rule(cooldown: 60))
        #expect(try await cluster.clients[0].check(check("c1")).value.alerts.isEmpty)
        let rest = try #require(try await redis.send(["PTTL", key]).int)
        #expect((55 * 60_000...60 * 60_000).contains(rest))
        _ = try await redis.send(["DEL", key])
        try await until(cluster) { try await cluster.clients[1].rule("r").value.cooldownMinutes == 60 }
        #expect(try await cluster.clients[1].check(check("c1")).value.alerts.isEmpty)
        // Nobody else is held back.
        #expect(try await cluster.clients[1].check(check("c2")).value.alerts.count == 1)
        _ = try await redis.send(["FLUSHALL"])
        try await until(cluster) {
          do throws(ClientError) {
            return try await cluster.clients[1].check(check("c1")).value.alerts.isEmpty
          } catch {
            return false
          }
        }
        // What is shorter counts at once: the key says when the alert fired.
        _ = try await cluster.clients[0].save(rule(cooldown: 0))
        #expect(try await cluster.clients[0].check(check("c1")).value.alerts.count == 1)
      }
    }
  }

  @Test func aRedisWithoutMemoryIsNamedAndLosesNothing() async throws {
    try await LocalCluster.run(nodes: 1) { cluster in
      let health = cluster.nodes[0].engine.health
      try await with(cluster) { redis, _ in
        _ = try await cluster.clients[0].save(rule())
        _ = try await redis.send(["CONFIG", "SET", "maxmemory", "1"])
        await #expect(throws: ClientError.self) { try await cluster.clients[0].check(check("c1")) }
        #expect(health.status.degraded == ["redis_memory"])
        #expect(health.status.ready)
        _ = try await redis.send(["CONFIG", "SET", "maxmemory", "0"])
        try await until(cluster) { health.status.degraded.isEmpty }
        #expect(try await cluster.clients[0].check(check("c1")).value.alerts.count == 1)
      }
    }
  }

  @Test func aFullDiskOfPostgresIsNamedAndLosesNothing() async throws {
    try await LocalCluster.run(nodes: 1) { cluster in
      let health = cluster.nodes[0].engine.health
      try await with(cluster) { _, postgres in
        _ = try await cluster.clients[0].save(rule())
        try await run(
          """
          CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$
          """, "CREATE TRIGGER refuse BEFORE INSERT ON alerts FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
          on: postgres)
        let outcome = try await cluster.clients[0].check(check("c1")).value
        #expect(outcome.alerts.count == 1)
        #expect(!outcome.persisted)
        #expect(health.status.degraded == ["postgresql_disk"])
        #expect(health.status.ready)
        try await run("DROP TRIGGER refuse ON alerts", on: postgres)
        try await until(cluster) { health.status.degraded.isEmpty }
        let id = try #require(outcome.alerts.first?.alertID)
        try await until(cluster) {
          do throws(ClientError) {
            return try await cluster.clients[0].alert(id.description).value.alertID == id
          } catch {
            return false
          }
        }
      }
    }
  }

  /// Entries at the head of the journal that hold no alert hide none behind them.
  @Test func entriesWithoutAnAlertAreBuried() async throws {
    try await LocalCluster.run(nodes: 1) { cluster in
      try await with(cluster) { redis, _ in
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<600 {
          let id = AlertID(at: Timestamp(milliseconds: 1_770_000_000_000), using: &generator)
          let envelope = EventEnvelope(
            kind: .alert, tenant: .standard, alertID: id, campaignID: "c1", severity: .high, alertType: .roasDrop,
            body: Array("nonsense".utf8))
          _ = try await redis.pipeline([
            ["HSET", "{tocsin}:journal", RedisArgument(id.description), RedisArgument(envelope.encoded())],
            ["ZADD", "{tocsin}:journal:times", "1", RedisArgument(id.description)],
          ])
        }
        try await until(cluster) { try await redis.send(["XLEN", "{tocsin}:dead"]) == .integer(600) }
        #expect(try await redis.send(["HLEN", "{tocsin}:journal"]) == .integer(0))
      }
    }
  }
}
