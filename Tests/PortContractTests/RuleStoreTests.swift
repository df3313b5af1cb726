import Testing
import TocsinCore

/// What `RuleStore` promises, by every adapter.
@Suite struct RuleStoreTests {
  private let other = Tenant(rawValue: "other")

  @Test(arguments: PostgresAdapter.allCases) func eachChangeHasTheNextNumber(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      #expect(try await rules.snapshot() == RuleSnapshot(version: 0, rules: [:]))
      let before = try await database.now()
      let first = try await rules.save(.sample("r1", version: 77), tenant: .standard, actor: "ana")
      #expect(first.changed && first.rule.version == 1)
      #expect(first.rule.createdAt >= before && first.rule.createdAt == first.rule.updatedAt)
      #expect(!first.rule.incarnation.isEmpty && first.rule.incarnation != "i1")
      let same = try await rules.save(.sample("r1"), tenant: .standard, actor: "ben")
      #expect(same == WrittenRule(rule: first.rule, changed: false))
      let second = try await rules.save(.sample("r1", threshold: 3), tenant: .standard, actor: "ana")
      #expect(second.rule.version == 2 && second.rule.createdAt == first.rule.createdAt)
      #expect(second.rule.incarnation == first.rule.incarnation)
      let others = try await rules.save(.sample("r1"), tenant: other, actor: "ana")
      #expect(others.rule.version == 3 && others.rule.incarnation != first.rule.incarnation)
      #expect(
        try await rules.snapshot()
          == RuleSnapshot(version: 3, rules: [.standard: [second.rule], other: [others.rule]]))
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func aRuleThatIsCreatedAgainIsAnotherOne(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      #expect(try await rules.delete(ruleID: "r1", tenant: .standard, actor: "ana") == nil)
      let first = try await rules.save(.sample("r1"), tenant: .standard, actor: "ana").rule
      #expect(try await rules.delete(ruleID: "r1", tenant: other, actor: "ana") == nil)
      #expect(try await rules.delete(ruleID: "r1", tenant: .standard, actor: "ana") == 2)
      #expect(try await rules.snapshot() == RuleSnapshot(version: 2, rules: [:]))
      let again = try await rules.save(.sample("r1"), tenant: .standard, actor: "ana").rule
      #expect(again.version == 3 && again.incarnation != first.incarnation)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func switchingKeepsTheRest(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      let first = try await rules.save(.sample("r1"), tenant: .standard, actor: "ana").rule
      let same = try await rules.setEnabled(true, ruleID: "r1", tenant: .standard, actor: "ana")
      #expect(same == WrittenRule(rule: first, changed: false))
      let off = try #require(try await rules.setEnabled(false, ruleID: "r1", tenant: .standard, actor: "ana"))
      #expect(off.changed && !off.rule.enabled && off.rule.version == 2 && off.rule.incarnation == first.incarnation)
      #expect(try await rules.setEnabled(true, ruleID: "no", tenant: .standard, actor: "ana") == nil)
      #expect(try await rules.setEnabled(true, ruleID: "r1", tenant: other, actor: "ana") == nil)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func aCooldownThatBecomesLongerIsNoted(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      func save(_ minutes: Int) async throws -> AlertRule {
        try await rules.save(.sample("r1", cooldownMinutes: minutes), tenant: .standard, actor: "ana").rule
      }
      #expect(try await save(30).cooldownLengthenedAt == nil)
      #expect(try await save(20).cooldownLengthenedAt == nil)
      let longer = try await save(60)
      #expect(longer.cooldownLengthenedAt == longer.updatedAt)
      #expect(try await save(10).cooldownLengthenedAt == longer.updatedAt)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func theFirstRulesAreWrittenOnce(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      let written = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask { try await rules.seed([.sample("r1"), .sample("r2")], tenant: .standard) }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(written == 1)
      #expect(try await rules.snapshot().rules[.standard]?.map(\.version) == [1, 2])
      for id in ["r1", "r2"] { _ = try await rules.delete(ruleID: id, tenant: .standard, actor: "ana") }
      #expect(try await !rules.seed([.sample("r3")], tenant: .standard))
      // Nor where somebody wrote one himself.
      _ = try await rules.save(.sample("own"), tenant: other, actor: "ana")
      #expect(try await !rules.seed([.sample("r3")], tenant: other))
      #expect(try await rules.snapshot().rules[other]?.map(\.ruleID) == ["own"])
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func theHistoryTellsEachChangeNewestFirst(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      _ = try await rules.seed([.sample("r1"), .sample("r2")], tenant: .standard)
      _ = try await rules.save(.sample("r1", threshold: 3), tenant: .standard, actor: "ana")
      _ = try await rules.setEnabled(false, ruleID: "r1", tenant: .standard, actor: "ben")
      _ = try await rules.setEnabled(true, ruleID: "r1", tenant: .standard, actor: "ben")
      _ = try await rules.delete(ruleID: "r1", tenant: .standard, actor: "cleo")
      var changes: [RuleChange] = []
      var before = Int64.max
      while true {
        let page = try await rules.history(ruleID: "r1", tenant: .standard, before: before, limit: 2)
        #expect(page.elements.count <= 2)
        changes += page.elements
        guard let next = page.next else { break }
        before = next
      }
      #expect(changes.map(\.action) == ["delete", "enable", "disable", "save", "seed"])
      #expect(changes.map(\.actor) == ["cleo", "ben", "ben", "ana", "tocsin"])
      #expect(changes.map(\.version) == [6, 5, 4, 3, 1])
      #expect(changes.first?.after == nil && changes.last?.before == nil)
      for (later, earlier) in zip(changes, changes.dropFirst()) { #expect(later.before == earlier.after) }
      #expect(try await rules.history(ruleID: "r1", tenant: other, before: .max, limit: 5).elements.isEmpty)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func manyWritersAtOnceTakeTurns(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      let rules = database.rules
      let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await rules.save(.sample("r\(number % 3)", threshold: Double(number)), tenant: .standard, actor: "ana")
              .rule.version
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(versions.sorted() == Array(1...20))
      #expect(try await rules.snapshot().version == 20)
    }
  }
}

/// What `NodeRegistry` promises, by every adapter.
@Suite struct NodeRegistryTests {
  private func node(_ name: String, prefix: String = "{tocsin}", redis: String? = "r1") -> NodeRecord {
    NodeRecord(
      name: name, redisPrefix: prefix, redisServer: "redis://h:6379/0", redisIdentity: redis, version: "0.1.0")
  }

  @Test(arguments: PostgresAdapter.allCases) func nodesThatAgreeRegisterAndRenew(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let registry = database.nodes
      let before = try await database.now()
      for name in ["a", "b"] { #expect(try await registry.register(node(name)).isEmpty) }
      let first = try await registry.nodes()
      #expect(first.map(\.record) == [node("a"), node("b")])
      #expect(first.allSatisfy { $0.startedAt >= before })
      _ = try await database.now()
      #expect(try await registry.register(node("b")).isEmpty)
      let renewed = try await registry.nodes()
      #expect(renewed[0].seenAt == first[0].seenAt && renewed[1].seenAt > first[1].seenAt)
      #expect(renewed.map(\.startedAt) == first.map(\.startedAt))
      try await registry.withdraw("a")
      #expect(try await registry.nodes().map(\.record.name) == ["b"])
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func aNodeThatDisagreesIsNotRegistered(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let registry = database.nodes
      _ = try await registry.register(node("a"))
      #expect(try await registry.register(node("b", prefix: "{other}")).map(\.record) == [node("a")])
      #expect(try await registry.register(node("c", redis: "r2")).map(\.record) == [node("a")])
      // A node that has not reached Redis cannot disagree about it.
      #expect(try await registry.register(node("d", redis: nil)).isEmpty)
      #expect(try await registry.nodes().map(\.record.name) == ["a", "d"])
      // Once it has, it finds the earlier one; the earlier one does not find it.
      #expect(try await registry.register(node("d", redis: "r2")).map(\.record) == [node("a")])
      #expect(try await registry.register(node("a")).isEmpty)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func ofManyThatDisagreeOneIsFirst(_ adapter: PostgresAdapter) async throws
  {
    try await adapter.with { database async throws in
      let registry = database.nodes
      let names = (0..<12).map { node("n\($0)", prefix: "{\($0)}") }
      let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
        for name in names { group.addTask { try await registry.register(name).isEmpty } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count { $0 } == 1)
      #expect(try await registry.nodes().count == 1)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func aDatabaseStaysTheSame(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      let identity = try await database.nodes.database()
      #expect(!identity.id.contains("|"))
      #expect(try await database.nodes.database() == identity)
    }
  }
}
