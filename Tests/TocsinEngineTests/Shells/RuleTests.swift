import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

/// RuleSync and RuleService.
@Suite struct RuleTests {
  private func ids(_ node: TestNode) throws -> [String] {
    try node.engine.rules.all(tenant: .standard).map(\.ruleID)
  }

  @Test func aNewInstallationStartsWithTheDefaultRules() async throws {
    let node = TestNode()
    try await node.engine.ruleSync.load()
    #expect(try ids(node) == DefaultRules.all.map(\.ruleID).sorted())
    let other = TestNode("b", on: node.servers)
    try await other.engine.ruleSync.load()
    #expect(node.servers.postgres.ruleVersion == Int64(DefaultRules.all.count))
  }

  @Test func withoutPostgresTheRulesOfRedisCount() async throws {
    let node = TestNode()
    try await node.enter()
    let other = TestNode("b", on: node.servers)
    other.postgresFaults.goAway("postgresql")
    try await other.engine.ruleSync.load()
    #expect(try ids(other) == ["r1"])
    let third = TestNode("c", on: node.servers)
    third.postgresFaults.goAway("postgresql")
    third.redisFaults.goAway("redis")
    await #expect(throws: StoreError.self) { try await third.engine.ruleSync.load() }
    #expect(await code { _ = try third.engine.rules.all(tenant: .standard) } == .unavailable)
  }

  @Test func aChangeIsInForceBeforeItIsAnsweredAndOthersHearOfIt() async throws {
    let node = TestNode()
    let other = TestNode("b", on: node.servers)
    for node in [node, other] { try await node.enter() }
    let signals = node.servers.redis.subscription()
    try await other.running([other.engine.ruleSync]) { () async throws in
      await node.clock.waitForSleepers(1)
      let written = try await node.engine.rules.save(.sample("r2"), tenant: .standard, actor: "ana")
      #expect(written.changed)
      #expect(try ids(node) == ["r1", "r2"])
      for await signal in signals {
        guard case .rulesChanged(let version) = signal else { continue }
        #expect(version == written.rule.version)
        other.engine.receive(signal)
        break
      }
      while try ids(other) != ["r1", "r2"] { await Task.yield() }
      // A signal that was lost is made up for within seconds.
      try await node.engine.rules.delete("r2", tenant: .standard, actor: "ana")
      node.clock.advance(by: .seconds(3.4))
      while try ids(other) != ["r1"] { await Task.yield() }
    }
  }

  @Test func aRuleThatSaysTheSameIsNotChanged() async throws {
    let node = TestNode()
    try await node.enter()
    let version = node.servers.postgres.ruleVersion
    #expect(try await !node.engine.rules.save(.sample(), tenant: .standard, actor: "ana").changed)
    #expect(try await !node.engine.rules.setEnabled(true, "r1", tenant: .standard, actor: "ana").changed)
    #expect(node.servers.postgres.ruleVersion == version)
    #expect(try await node.engine.rules.setEnabled(false, "r1", tenant: .standard, actor: "ana").changed)
    #expect(try node.engine.rules.all(tenant: .standard, enabledOnly: true).isEmpty)
    try await node.serving { () async throws in #expect(try await node.check().alerts.isEmpty) }
  }

  @Test func anUnknownRuleIsNotFound() async throws {
    let node = TestNode()
    try await node.enter()
    let rules = node.engine.rules
    #expect(await code { _ = try rules.rule("no", tenant: .standard) } == .notFound)
    #expect(await code { try await rules.delete("no", tenant: .standard, actor: "") } == .notFound)
    #expect(await code { _ = try await rules.setEnabled(true, "no", tenant: .standard, actor: "") } == .notFound)
    #expect(await code { _ = try await rules.history("no", tenant: .standard, limit: 1) } == .notFound)
    try await rules.delete("r1", tenant: .standard, actor: "ana")
    #expect(await code { _ = try rules.rule("r1", tenant: .standard) } == .notFound)
    #expect(
      try await rules.history("r1", tenant: .standard, limit: 10).elements.map(\.action) == ["delete", "seed"])
  }

  @Test func whatRedisLacksIsBroughtThere() async throws {
    let node = TestNode()
    try await node.enter()
    node.redisFaults.goAway("redis")
    _ = try await node.engine.rules.save(.sample("r2"), tenant: .standard, actor: "ana")
    node.mend()
    #expect(try await node.redis.snapshot()?.rules.rules[.standard]?.count == 1)
    try await node.engine.ruleSync.reconcile()
    #expect(try await node.redis.snapshot()?.rules.rules[.standard]?.map(\.ruleID) == ["r1", "r2"])
  }

  @Test func whenPostgresHasGoneBackItsRulesCountEverywhere() async throws {
    let node = TestNode()
    let other = TestNode("b", on: node.servers)
    for node in [node, other] { try await node.enter() }
    let version = node.servers.postgres.ruleVersion
    _ = try await node.engine.rules.save(.sample("r2"), tenant: .standard, actor: "ana")
    node.servers.postgres.goBack(toRules: version)
    try await node.engine.ruleSync.reconcile()
    #expect(try ids(node) == ["r1"])
    let history = try await node.redis.version()?.history
    #expect(history?.isEmpty == false)
    try await other.engine.ruleSync.reconcile()
    #expect(try ids(other) == ["r1"])
    #expect(try await node.redis.version()?.history == history)
  }

  @Test func theNodeThatFilledAnEmptyRedisNoticesThatPostgresHasGoneBack() async throws {
    let node = TestNode()
    let other = TestNode("b", on: node.servers)
    for node in [node, other] { try await node.enter() }
    let version = node.servers.postgres.ruleVersion
    _ = try await node.engine.rules.save(.sample("r2"), tenant: .standard, actor: "ana")
    node.servers.postgres.goBack(toRules: version)
    try await other.engine.ruleSync.reconcile()
    try await node.engine.ruleSync.reconcile()
    #expect(try ids(node) == ["r1"])
  }

  @Test func whateverFailsWhileARuleIsChangedAllAgreeAfterwards() async throws {
    for change in ["save", "delete", "disable"] {
      try await FailingCall.each { () async throws in
        let node = TestNode()
        try await node.enter(rules: [.sample(), .sample("r2")])
        return node
      } scenario: { node async throws in
        switch change {
        case "save": _ = try await node.engine.rules.save(.sample("r3"), tenant: .standard, actor: "ana")
        case "delete": try await node.engine.rules.delete("r2", tenant: .standard, actor: "ana")
        default: _ = try await node.engine.rules.setEnabled(false, "r2", tenant: .standard, actor: "ana")
        }
      } verify: { node, failing async throws in
        try await node.engine.ruleSync.reconcile()
        let truth = try await node.postgres.snapshot()
        #expect(try node.engine.rules.all(tenant: .standard) == truth.rules[.standard], "\(change) \(failing)")
        #expect(try await node.redis.snapshot()?.rules == truth, "\(change) \(failing)")
      }
    }
  }

  @Test func whateverFailsWhileRulesAreComparedTheNextTimeAllAgree() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      let version = node.servers.postgres.ruleVersion
      _ = try await node.engine.rules.save(.sample("r2"), tenant: .standard, actor: "ana")
      node.servers.postgres.goBack(toRules: version)
      return node
    } scenario: { node async throws in
      try await node.engine.ruleSync.reconcile()
    } verify: { node, failing async throws in
      try await node.engine.ruleSync.reconcile()
      let truth = try await node.postgres.snapshot()
      #expect(try node.engine.rules.all(tenant: .standard) == truth.rules[.standard], "\(failing)")
      #expect(try await node.redis.snapshot()?.rules == truth, "\(failing)")
    }
  }
}
