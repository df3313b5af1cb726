import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct HealthMonitorTests {
  /// A node whose only reason not to be ready is that it has heard nothing through Redis.
  private func node() async throws -> TestNode {
    let node = TestNode()
    try await node.enter()
    node.engine.health.recovery(isDone: true)
    node.engine.postgres(isUp: true)
    return node
  }

  @Test func aNodeIsReadyOnceItsProbeCameBack() async throws {
    let node = try await self.node()
    #expect(node.engine.health.status.reasons == ["redis"])
    node.engine.health.redis(isListening: true)
    node.engine.health.probeReturned("another node")
    #expect(node.engine.health.status.reasons == ["redis"])
    async let ready: Void = node.engine.health.waitUntilReady()
    node.engine.health.probeReturned("a")
    await ready
    #expect(node.engine.health.status == .init(ready: true, reasons: [], degraded: []))
  }

  @Test func aSubscriptionThatFellSilentIsFoundOut() async throws {
    let node = try await self.node()
    node.engine.health.redis(isListening: true)
    node.engine.health.probeReturned("a")
    node.clock.advance(by: .seconds(5))
    #expect(node.engine.health.status.ready)
    node.clock.advance(by: .milliseconds(1))
    #expect(node.engine.health.status.reasons == ["redis"])
    node.engine.health.probeReturned("a")
    #expect(node.engine.health.status.ready)
    node.engine.health.redis(isListening: false)
    node.engine.health.redis(isListening: true)
    #expect(node.engine.health.status.reasons == ["redis"])
  }

  @Test func probesGoThroughRedisAndComeBack() async throws {
    let node = try await self.node()
    let signals = node.servers.redis.subscription()
    try await node.running([node.engine.health]) { () async throws in
      var isListening = false
      for await signal in signals {
        node.engine.health.redis(isListening: true)
        if case .listening = signal { isListening = true }
        if case .probe(let token) = signal {
          node.engine.health.probeReturned(token)
          break
        }
      }
      #expect(isListening)
      #expect(node.engine.health.status.ready)
      // A probe that cannot be sent ends nothing.
      node.redisFaults.goAway("redis")
      await node.clock.waitForSleepers(1)
      let calls = node.redisFaults.calls.count { $0 == "probe(_:)" }
      node.clock.advance(by: .seconds(1.2))
      await node.redisFaults.wait(for: "probe(_:)", count: calls + 1)
    }
  }

  @Test func aShortageIsToldUntilTheServerTakesWritesAgain() async throws {
    let node = try await self.node()
    let shortage = StoreError(.unavailable, backend: "redis", message: "OOM", shortage: .redisMemory)
    node.redisFaults.fail(shortage, at: "checkWrites()")
    node.postgresFaults.fail(
      StoreError(.unavailable, backend: "postgresql", message: "53100", shortage: .postgresDisk), at: "insert(_:)")
    try await node.running(node.engine.pathServices + [node.engine.health]) { () async throws in
      await node.clock.waitForSleepers(1)
      #expect(node.engine.health.status.degraded == ["redis_memory"])
      #expect(try await !node.check().persisted)
      #expect(node.engine.health.status.degraded == ["postgresql_disk", "redis_memory"])
      node.mend()
      let calls = node.postgresFaults.calls.count { $0 == "checkWrites()" }
      node.clock.advance(by: .seconds(1.2))
      await node.postgresFaults.wait(for: "checkWrites()", count: calls + 1)
      while !node.engine.health.status.degraded.isEmpty { await Task.yield() }
    }
  }

  @Test func whyANodeIsNotReadyIsNamed() async throws {
    let node = TestNode()
    #expect(node.engine.health.status.reasons == ["redis", "recovering", "rules"])
    #expect(node.engine.health.status.degraded == ["postgresql"])
    node.engine.redisRefused("NOPERM publish")
    node.engine.health.beginDraining()
    #expect(
      node.engine.health.status.reasons == ["draining", "redis", "redis: NOPERM publish", "recovering", "rules"])
    node.engine.redisConnected(serverRunID: "r")
    #expect(!node.engine.health.status.reasons.contains("redis: NOPERM publish"))
  }
}
