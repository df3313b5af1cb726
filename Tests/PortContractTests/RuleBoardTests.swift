import Testing
import TocsinCore

/// What `RuleBoard` promises, by every adapter.
@Suite struct RuleBoardTests {
  private let other = Tenant(rawValue: "other:1")

  @Test(arguments: RedisAdapter.allCases) func aRuleSetIsReplacedAsAWholeAndNeverByAnOlderOne(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.version() == nil)
      #expect(try await redis.first.snapshot() == nil)
      let set = RuleSnapshot(
        version: 9,
        rules: [
          .standard: [.sample("a:1", version: 3), .sample("b", version: 9)], other: [.sample("a:1", version: 4)],
        ])
      try await redis.first.replaceAll(set, history: "h")
      #expect(try await redis.second.snapshot() == SharedRules(rules: set, history: "h"))
      #expect(try await redis.second.version() == RuleVersion(number: 9, history: "h"))
      try await redis.second.replaceAll(RuleSnapshot(version: 8, rules: [:]), history: "h")
      #expect(try await redis.first.snapshot()?.rules == set)
      // What is there keeps its history.
      let smaller = RuleSnapshot(version: 10, rules: [other: [.sample("c", version: 10)]])
      try await redis.second.replaceAll(smaller, history: "another")
      #expect(try await redis.first.snapshot() == SharedRules(rules: smaller, history: "h"))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func foreignRulesStayAsTheyAre(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let stored = #"{"rule_id": "new", "name": "n", "alert_type": "spend_spike", "severity": "high", "version": 2}"#
      let foreign = ForeignRule(tenant: other, ruleID: "new", version: 2, stored: Array(stored.utf8))
      let set = RuleSnapshot(version: 3, rules: [.standard: [.sample("a", version: 3)]], foreign: [foreign])
      try await redis.first.replaceAll(set, history: "")
      let there = try await redis.second.snapshot()?.rules
      #expect(there == set)
      #expect(there?.foreign.first?.stored == foreign.stored)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func oneRuleNeverGoesBack(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.replaceAll(RuleSnapshot(version: 0, rules: [:]), history: "")
      func rules() async throws -> RuleSnapshot? { try await redis.first.snapshot()?.rules }
      try await redis.first.put(.sample("a", version: 5), tenant: .standard)
      try await redis.second.put(.sample("a", version: 4), tenant: .standard)
      try await redis.second.remove(ruleID: "a", tenant: .standard, version: 4)
      #expect(try await rules()?.rules == [.standard: [.sample("a", version: 5)]])
      try await redis.second.remove(ruleID: "a", tenant: .standard, version: 7)
      try await redis.second.put(.sample("a", version: 6), tenant: .standard)
      #expect(try await rules() == RuleSnapshot(version: 7, rules: [:]))
      try await redis.second.put(.sample("a", version: 8), tenant: .standard)
      try await redis.second.put(.sample("b", version: 2), tenant: .standard)
      let both = [AlertRule.sample("a", version: 8), .sample("b", version: 2)]
      #expect(try await rules() == RuleSnapshot(version: 8, rules: [.standard: both]))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aChangeIsToldToEveryoneOnce(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.replaceAll(RuleSnapshot(version: 0, rules: [:]), history: "")
      for _ in 0..<2 { try await redis.first.put(.sample("a", version: 5), tenant: .standard) }
      try await redis.first.remove(ruleID: "a", tenant: .standard, version: 6)
      guard case .rulesChanged(5) = await redis.heard.next() else { throw Unexpected() }
      guard case .rulesChanged(6) = await redis.heard.next() else { throw Unexpected() }
    }
  }

  @Test(arguments: RedisAdapter.allCases) func oneRuleOnAnEmptyServerIsNoRuleSet(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.put(.sample("a", version: 5), tenant: .standard)
      guard case .rulesChanged(5) = await redis.heard.next() else { throw Unexpected() }
      #expect(try await redis.first.version() == nil)
      #expect(try await redis.first.snapshot() == nil)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aHistoryBeginsIfWhatIsThereStillIsThere(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let set = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9)]])
      let lower = RuleSnapshot(version: 4, rules: [.standard: [.sample("b", version: 4)]])
      try await redis.first.replaceAll(set, history: "")
      #expect(try await !redis.first.beginHistory("h", with: lower, insteadOf: nil))
      #expect(try await !redis.first.beginHistory("h", with: lower, insteadOf: RuleVersion(number: 8, history: "")))
      #expect(try await !redis.first.beginHistory("h", with: lower, insteadOf: RuleVersion(number: 9, history: "g")))
      #expect(try await redis.first.snapshot()?.rules == set)
      let there = try await redis.first.version()
      let (first, second) = (redis.first, redis.second)
      async let one = first.beginHistory("h1", with: lower, insteadOf: there)
      async let other = second.beginHistory("h2", with: lower, insteadOf: there)
      let answers = try await [one, other]
      #expect(answers.count { $0 } == 1)
      let shared = SharedRules(rules: lower, history: answers[0] ? "h1" : "h2")
      #expect(try await redis.second.snapshot() == shared)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aHistoryBeginsOnAnEmptyServer(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let set = RuleSnapshot(version: 4, rules: [.standard: [.sample("b", version: 4)]])
      #expect(try await redis.first.beginHistory("h", with: set, insteadOf: nil))
      #expect(try await redis.second.snapshot() == SharedRules(rules: set, history: "h"))
    }
  }
}
