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
      try await nodes.first.replaceAll(set, history: "")
      #expect(try await nodes.second.snapshot()?.rules == set)
      #expect(try await nodes.second.version() == RuleVersion(number: 9, history: ""))
      let smaller = RuleSnapshot(version: 10, rules: [other: [.sample("c", version: 10)]])
      try await nodes.second.replaceAll(smaller, history: "")
      #expect(try await nodes.first.snapshot()?.rules == smaller)
    }
  }

  @Test func olderRuleSetsChangeNothing() async throws {
    try await Nodes.with { nodes async throws in
      let set = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9)]])
      try await nodes.first.replaceAll(set, history: "")
      try await nodes.first.replaceAll(RuleSnapshot(version: 8, rules: [:]), history: "")
      #expect(try await nodes.first.snapshot()?.rules == set)
      let repaired = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9), .sample("b", version: 2)]])
      try await nodes.first.replaceAll(repaired, history: "")
      #expect(try await nodes.first.snapshot()?.rules == repaired)
      try await nodes.first.replaceAll(RuleSnapshot(version: 10, rules: [:]), history: "")
      #expect(try await nodes.first.snapshot()?.rules == RuleSnapshot(version: 10, rules: [:]))
    }
  }

  @Test func rulesOfAnUnknownVersionAreLeftAlone() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.replaceAll(
        RuleSnapshot(version: 1, rules: [.standard: [.sample("a", version: 1)]]), history: "")
      let field = RedisArgument(RuleField(tenant: .standard, ruleID: "b").text)
      for value in ["29|new", "13|{\"broken\"", "1x"] as [RedisArgument] {
        try await nodes.send("HSET", RedisArgument(nodes.keys.rules), field, value)
        #expect(try await nodes.first.snapshot()?.rules.rules == [.standard: [.sample("a", version: 1)]])
      }
      try await nodes.send("HSET", RedisArgument(nodes.keys.rules), field, "25|new")
      try await nodes.first.put(.sample("b", version: 9), tenant: .standard)
      #expect(try await nodes.send("HGET", RedisArgument(nodes.keys.rules), field).string == "25|new")
    }
  }

  @Test func aNewHistoryReplacesWhatIsThereIfThatIsStillThere() async throws {
    try await Nodes.with(2) { nodes async throws in
      let old = RuleSnapshot(version: 9, rules: [.standard: [.sample("a", version: 9)]])
      let restored = RuleSnapshot(version: 3, rules: [.standard: [.sample("a", version: 3)]])
      #expect(try await nodes.first.beginHistory("h0", with: restored, insteadOf: nil))
      try await nodes.first.replaceAll(old, history: "other")
      let seen = try await nodes.first.version()
      #expect(seen == RuleVersion(number: 9, history: "h0"))
      try await nodes.second.put(.sample("b", version: 10), tenant: .standard)
      #expect(try await !nodes.first.beginHistory("h1", with: restored, insteadOf: seen))
      #expect(try await !nodes.first.beginHistory("h1", with: restored, insteadOf: nil))
      #expect(try await nodes.first.version() == RuleVersion(number: 10, history: "h0"))
      #expect(try await nodes.first.beginHistory("h1", with: restored, insteadOf: try await nodes.first.version()))
      #expect(try await nodes.second.snapshot() == SharedRules(rules: restored, history: "h1"))
      // Both of them saw the same: one begins the history.
      let both = RuleVersion(number: 3, history: "h0")
      #expect(try await !nodes.second.beginHistory("h2", with: restored, insteadOf: both))
      try await nodes.second.put(.sample("b", version: 4), tenant: .standard)
      #expect(try await nodes.first.version() == RuleVersion(number: 4, history: "h1"))
    }
  }

  @Test(arguments: ["x", "", "-1", "1e3", "0x10", " 5", "9223372036854775808", "99999999999999999999999", "nan"])
  func aNumberThatIsNoneIsAnEmptyBoard(number: String) async throws {
    try await Nodes.with { nodes async throws in
      let set = RuleSnapshot(version: 2, rules: [.standard: [.sample("a", version: 2)]])
      try await nodes.first.replaceAll(set, history: "h")
      try await nodes.send("SET", RedisArgument(nodes.keys.rulesVersion), RedisArgument(number))
      #expect(try await nodes.first.version() == nil)
      #expect(try await nodes.first.snapshot() == nil)
      try await nodes.first.put(.sample("b", version: 3), tenant: .standard)
      try await nodes.first.replaceAll(set, history: "h")
      #expect(try await nodes.first.snapshot() == SharedRules(rules: set, history: "h"))
    }
  }

  @Test func theLargestNumberIsOne() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.replaceAll(RuleSnapshot(version: 2, rules: [:]), history: "h")
      try await nodes.send("SET", RedisArgument(nodes.keys.rulesVersion), "9223372036854775807")
      let seen = try await nodes.first.version()
      #expect(seen == RuleVersion(number: .max, history: "h"))
      #expect(try await nodes.first.beginHistory("i", with: RuleSnapshot(version: 2, rules: [:]), insteadOf: seen))
    }
  }

  @Test func aFieldThatIsNoRuleHidesNone() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.replaceAll(
        RuleSnapshot(version: 1, rules: [.standard: [.sample("a", version: 1)]]), history: "")
      try await nodes.send("HSET", RedisArgument(nodes.keys.rules), "no separator", "11|{}", "", "", "a", "")
      #expect(try await nodes.first.snapshot()?.rules.rules == [.standard: [.sample("a", version: 1)]])
    }
  }
}
