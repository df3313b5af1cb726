import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct EpochRecoveryTests {
  @Test func theFirstNodeBeginsAnEpochWithTheRulesOfPostgres() async throws {
    let node = TestNode()
    try await node.enter()
    #expect(node.redis.epoch != nil)
    #expect(try await node.redis.serverEpoch() == node.redis.epoch)
    #expect(try await !node.redis.isRestoring())
    #expect(node.servers.redis.restoreLockHolder == nil)
    #expect(try await node.redis.snapshot()?.rules.rules[.standard]?.map(\.ruleID) == ["r1"])
    let other = TestNode("b", on: node.servers)
    try await other.enter()
    #expect(other.redis.epoch == node.redis.epoch)
    #expect(other.engine.ruleSync.rule("r1", tenant: .standard) != nil)
  }

  @Test func aLostRedisCausesNeitherSilenceNorARepeat() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.serving { () async throws in
      for campaign in ["c1", "c2", "c3", "c4", "c5"] { _ = try await node.check(campaign) }
      node.clock.advance(by: .seconds(60))
      let epoch = node.redis.epoch
      node.servers.redis.flush()
      #expect(await code { _ = try await node.check("c6") } == .unavailable)
      try await node.enter()
      #expect(node.redis.epoch != epoch)
      for campaign in ["c1", "c2", "c3", "c4", "c5"] { #expect(try await node.check(campaign).alerts.isEmpty) }
      #expect(try await node.check("c6").alerts.count == 1)
      #expect(node.announced.count == 1)
    }
  }

  @Test func eventsThatTheServerLostBeginAnEpoch() async throws {
    let node = TestNode()
    try await node.enter()
    let epoch = node.redis.epoch
    try await node.running(node.engine.pathServices + [node.engine.feed]) { () async throws in
      try await hear(node) { () async throws in
        _ = try await node.check()
        while node.engine.feed.position?.milliseconds != UInt64(node.clock.timestamp.milliseconds) {
          await Task.yield()
        }
        try await node.enter()
        #expect(node.redis.epoch == epoch)
        node.servers.redis.loseEvents(1)
        try await node.enter()
        #expect(node.redis.epoch != epoch)
        #expect(try await node.check().alerts.isEmpty)
      }
    }
  }

  /// Passes signals on to the node while the body runs.
  private func hear(_ node: TestNode, _ body: () async throws -> Void) async throws {
    let signals = node.servers.redis.subscription()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for await signal in signals { node.engine.receive(signal) } }
      defer { group.cancelAll() }
      try await body()
    }
  }

  @Test func whatThisNodeHoldsIsAnnouncedInTheNewEpoch() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.serving { () async throws in
      node.redisFaults.fail(.away(.redis), at: "announce(_:)", times: 1)
      let alert = try #require(try await node.check().alerts.first)
      #expect(alert.notificationStatus == .stored)
      node.servers.redis.flush()
      try await node.enter()
      #expect(node.announced == [alert.alertID])
      #expect(try await node.check().alerts.isEmpty)
    }
  }

  @Test func anotherServerIsNotTrustedBeforeTheNodeHasLooked() async throws {
    let node = TestNode()
    try await node.enter()
    node.engine.redisConnected(serverRunID: "one")
    try await node.serving { () async throws in
      #expect(await code { _ = try await node.check() } == .unavailable)
      try await node.enter()
      #expect(try await node.check().alerts.count == 1)
      // The same server again.
      node.engine.redisConnected(serverRunID: "one")
      #expect(try await node.check("c2").alerts.count == 1)
    }
  }

  @Test func aNodeThatWasTooLateToRestoreKeepsNobodyFromIt() async throws {
    let servers = TestServers()
    let fast = TestNode("fast", on: servers)
    let late = TestNode("late", on: servers)
    for node in [fast, late] { try await node.enter() }
    servers.redis.flush()
    // It sees the loss, and another node is done before it has the lock.
    let lock = "holdRestoreLock(node:milliseconds:)"
    let before = late.redisFaults.calls.count { $0 == lock }
    late.redisFaults.hold(lock)
    async let isDone = late.engine.recovery.recover()
    await late.redisFaults.wait(for: lock, count: before + 1)
    #expect(try await fast.engine.recovery.recover())
    late.redisFaults.letGo(lock)
    #expect(try await !isDone)
    #expect(servers.redis.restoreLockHolder == nil)
    // The next loss is seen by the fast one only.
    servers.redis.flush()
    #expect(try await fast.engine.recovery.recover())
    #expect(try await late.engine.recovery.recover())
    #expect(late.redis.epoch == fast.redis.epoch)
  }

  @Test func aNodeThatCannotRestoreKeepsNobodyFromIt() async throws {
    let servers = TestServers()
    let node = TestNode("a", on: servers)
    let other = TestNode("b", on: servers)
    for node in [node, other] { try await node.enter() }
    servers.redis.flush()
    node.postgresFaults.goAway("postgresql")
    await #expect(throws: StoreError.self) { _ = try await node.engine.recovery.recover() }
    #expect(servers.redis.restoreLockHolder == nil)
    #expect(try await other.engine.recovery.recover())
    node.mend()
    #expect(try await node.engine.recovery.recover())
  }

  @Test func aRedisThatTakesNoWritesIsNotKeptFromOthers() async throws {
    let servers = TestServers()
    let node = TestNode("a", on: servers)
    try await node.enter()
    // A node began an epoch and died before its cooldowns were restored.
    try await node.redis.begin(epoch: "e2")
    try await node.postgres.insert([
      StoredAlert(
        alert: .sample(
          at: node.clock.timestamp, rule: node.engine.ruleSync.rule("r1", tenant: .standard)), tenant: .standard)
    ])
    node.redisFaults.fail(
      StoreError(.unavailable, backend: "redis", message: "OOM", shortage: .redisMemory), at: "restore(_:)")
    #expect(try await node.engine.recovery.recover())
    #expect(servers.redis.restoreLockHolder == nil)
    #expect(try await node.redis.isRestoring())
    let other = TestNode("b", on: servers)
    try await other.enter()
    #expect(try await !other.redis.isRestoring())
  }

  @Test func theServiceLooksAgainUntilItIsDone() async throws {
    let node = TestNode()
    _ = try await node.postgres.seed([.sample()], tenant: .standard)
    node.redisFaults.goAway("redis")
    try await node.running([node.engine.recovery]) { () async throws in
      // The loop that looks every few seconds, and the pause after the first failure.
      await node.clock.waitForSleepers(2)
      #expect(node.engine.health.status.reasons.contains("recovering"))
      node.mend()
      node.clock.advance(by: .milliseconds(500))
      while node.engine.health.status.reasons.contains("recovering") { await Task.yield() }
      #expect(node.redis.epoch != nil)
    }
  }

  @Test func whateverFailsWhileARestoreRunsNothingIsLostAndNothingFiresTwice() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      try await node.serving { () async throws in
        for campaign in ["c1", "c2", "c3"] { _ = try await node.check(campaign) }
        node.redisFaults.fail(.away(.redis), at: "announce(_:)", times: 1)
        _ = try await node.check("held")
      }
      node.mend()
      node.servers.redis.flush()
      return node
    } scenario: { node async throws in
      while try await !node.engine.recovery.recover() {}
    } verify: { node, failing async throws in
      #expect(failing.isLasting || node.servers.redis.restoreLockHolder == nil, "\(failing)")
      // Another node, which knows nothing of what the first one holds, may be the one that finishes.
      let other = TestNode("b", on: node.servers)
      node.clock.advance(by: .seconds(31))
      try await other.enter()
      try await node.catchUp()
      #expect(try await !node.redis.isRestoring(), "\(failing)")
      #expect(node.redis.epoch == other.redis.epoch, "\(failing)")
      #expect(node.announced.count == 1, "\(failing)")
      #expect(node.engine.announcer.heldCount == 0, "\(failing)")
      try await other.serving { () async throws in
        for campaign in ["c1", "c2", "c3", "held"] {
          #expect(try await other.check(campaign).alerts.isEmpty, "\(failing)")
        }
      }
      #expect(node.stored.count == 4, "\(failing)")
    }
  }
}
