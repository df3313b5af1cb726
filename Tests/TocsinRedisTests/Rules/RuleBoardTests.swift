import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

extension AlertRule {
  static func sample(_ id: String, version: Int64) -> AlertRule {
    AlertRule(
      ruleID: id, name: "n", alertType: .roasDrop, severity: .high, incarnation: "i\(version)", version: version)
  }
}

@Suite struct RuleBoardTests {
  private let other = Tenant(rawValue: "other:1")

  @Test func aRuleSetIsReplacedAsAWhole() async throws {
    try await Nodes.with(2) { nodes async throws in
      #expect(try await nodes.first.version() == nil)
      #expect(try await nodes.first.snapshot() == nil)
      let set = RuleSnapshot(
        version: 9,
        rules: [
          .standard: [.sample("a:1", version: 3), .sample("b", version: 9)], other: [.sample("a:1", version: 4)],
        ])
      try await nodes.first.replaceAll(set)
      #expect(try await nodes.second.snapshot() == set)
      #expect(try await nodes.second.version() == 9)
      let smaller = RuleSnapshot(version: 10, rules: [other: [.sample("c", version: 10)]])
      try await nodes.second.replaceAll(smaller)
      #expect(try await nodes.first.snapshot() == smaller)
    }
  }

  @Test func rulesOfANewerReleaseOutliveAReplaceOfTheWholeSet() async throws {
    try await Nodes.with(2) { nodes async throws in
      let stored = #"{"rule_id": "new", "name": "n", "alert_type": "spend_spike", "severity": "high", "version": 2}"#
      let foreign = ForeignRule(tenant: other, ruleID: "new", version: 2, stored: Array(stored.utf8))
      let set = RuleSnapshot(version: 3, rules: [.standard: [.sample("a", version: 3)]], foreign: [foreign])
      try await nodes.first.replaceAll(set)
      let there = try await nodes.second.snapshot()
      #expect(there == set)
      #expect(there?.foreign.first?.stored == foreign.stored)
    }
  }

  @Test func olderRuleSetsChangeNothing() async throws {
    try await Nodes.with { nodes async throws in
      let set = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9)]])
      try await nodes.first.replaceAll(set)
      try await nodes.first.replaceAll(RuleSnapshot(version: 8, rules: [:]))
      #expect(try await nodes.first.snapshot() == set)
      let repaired = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9), .sample("b", version: 2)]])
      try await nodes.first.replaceAll(repaired)
      #expect(try await nodes.first.snapshot() == repaired)
      try await nodes.first.replaceAll(RuleSnapshot(version: 10, rules: [:]))
      #expect(try await nodes.first.snapshot() == RuleSnapshot(version: 10, rules: [:]))
    }
  }

  @Test func oneRuleNeverGoesBack() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.first.replaceAll(RuleSnapshot(version: 0, rules: [:]))
      try await nodes.first.put(.sample("a", version: 5), tenant: .standard)
      try await nodes.second.put(.sample("a", version: 4), tenant: .standard)
      #expect(try await nodes.first.snapshot()?.rules == [.standard: [.sample("a", version: 5)]])
      try await nodes.second.remove(ruleID: "a", tenant: .standard, version: 4)
      #expect(try await nodes.first.snapshot()?.rules == [.standard: [.sample("a", version: 5)]])
      try await nodes.second.remove(ruleID: "a", tenant: .standard, version: 7)
      try await nodes.second.put(.sample("a", version: 6), tenant: .standard)
      #expect(try await nodes.first.snapshot() == RuleSnapshot(version: 7, rules: [:]))
      try await nodes.second.put(.sample("a", version: 8), tenant: .standard)
      try await nodes.second.put(.sample("b", version: 2), tenant: .standard)
      let both = [AlertRule.sample("a", version: 8), .sample("b", version: 2)]
      #expect(try await nodes.first.snapshot() == RuleSnapshot(version: 8, rules: [.standard: both]))
      #expect(try await nodes.first.version() == 8)
    }
  }

  @Test func changesAreToldToEveryoneOnce() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.first.replaceAll(RuleSnapshot(version: 0, rules: [:]))
      try await nodes.listening { heard async throws in
        try await nodes.first.put(.sample("a", version: 5), tenant: .standard)
        try await nodes.first.put(.sample("a", version: 5), tenant: .standard)
        try await nodes.first.remove(ruleID: "a", tenant: .standard, version: 6)
        guard case .rulesChanged(5) = await heard.next() else { throw Unexpected() }
        guard case .rulesChanged(6) = await heard.next() else { throw Unexpected() }
      }
    }
  }

  @Test func oneRuleOnAnEmptyServerIsNotARuleSet() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.listening { heard async throws in
        try await nodes.first.put(.sample("a", version: 5), tenant: .standard)
        guard case .rulesChanged(5) = await heard.next() else { throw Unexpected() }
        #expect(try await nodes.first.version() == nil)
        #expect(try await nodes.first.snapshot() == nil)
      }
    }
  }

  @Test func rulesOfAnUnknownVersionAreLeftAlone() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.replaceAll(RuleSnapshot(version: 1, rules: [.standard: [.sample("a", version: 1)]]))
      let field = RedisArgument(RuleField(tenant: .standard, ruleID: "b").text)
      for value in ["29|new", "13|{\"broken\"", "1x"] as [RedisArgument] {
        try await nodes.send("HSET", RedisArgument(nodes.keys.rules), field, value)
        #expect(try await nodes.first.snapshot()?.rules == [.standard: [.sample("a", version: 1)]])
      }
      try await nodes.send("HSET", RedisArgument(nodes.keys.rules), field, "25|new")
      try await nodes.first.put(.sample("b", version: 9), tenant: .standard)
      #expect(try await nodes.send("HGET", RedisArgument(nodes.keys.rules), field).string == "25|new")
    }
  }
}
