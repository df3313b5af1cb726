import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinPostgres

@Suite struct RuleStoreTests {
  private let other = Tenant(rawValue: "other")

  private func rule(_ id: String, threshold: Double = 2) -> AlertRule {
    AlertRule(
      ruleID: id, name: "Rule \(id)", alertType: .roasDrop, severity: .high, threshold: threshold,
      conditions: ["region": "eu", "tier": 2], metadata: ["action": "Prüfen", "list": [1, 2.5, nil]],
      createdAt: Timestamp(milliseconds: 5), updatedAt: Timestamp(milliseconds: 5), incarnation: "ignored",
      version: 99)
  }

  @Test func aCooldownThatBecomesLongerIsNoted() async throws {
    try await TestDatabase.with { stores in
      func save(_ minutes: Int) async throws -> AlertRule {
        var rule = rule("a")
        rule.cooldownMinutes = minutes
        return try await stores.rules.save(rule, tenant: .standard, actor: "ana").rule
      }
      #expect(try await save(10).cooldownLengthenedAt == nil)
      #expect(try await save(10).cooldownLengthenedAt == nil)
      #expect(try await save(5).cooldownLengthenedAt == nil)
      let longer = try await save(60)
      var again = longer
      again.cooldownLengthenedAt = nil
      #expect(try await stores.rules.save(again, tenant: .standard, actor: "ana").changed == false)
      #expect(longer.cooldownLengthenedAt == longer.updatedAt)
      #expect(try await save(60).cooldownLengthenedAt == longer.updatedAt)
      #expect(try await save(30).cooldownLengthenedAt == longer.updatedAt)
      let enabled = try await stores.rules.setEnabled(false, ruleID: "a", tenant: .standard, actor: "ana")
      #expect(enabled?.rule.cooldownLengthenedAt == longer.updatedAt)
      #expect(try await stores.rules.snapshot().rules[.standard]?.first?.cooldownLengthenedAt == longer.updatedAt)
    }
  }

  @Test func creatingReplacingAndCreatingAgain() async throws {
    try await TestDatabase.with { stores in
      let before = try await stores.now()
      let created = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      let after = try await stores.now()
      #expect((before...after).contains(created.createdAt) && created.updatedAt == created.createdAt)
      #expect(created.version == 1)
      #expect(!created.incarnation.isEmpty && created.incarnation != "ignored")
      #expect(created.conditions == rule("a").conditions && created.metadata == rule("a").metadata)

      let replaced = try await stores.rules.save(rule("a", threshold: 3), tenant: .standard, actor: "ben").rule
      #expect(replaced.threshold == 3 && replaced.version == 2)
      #expect(replaced.createdAt == created.createdAt && replaced.incarnation == created.incarnation)
      #expect(replaced.updatedAt >= created.updatedAt)

      #expect(try await stores.rules.delete(ruleID: "a", tenant: .standard, actor: "ana") == 3)
      #expect(try await stores.rules.delete(ruleID: "a", tenant: .standard, actor: "ana") == nil)
      let again = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      #expect(again.version == 4)
      #expect(again.incarnation != created.incarnation)
      #expect(try await stores.rules.snapshot() == RuleSnapshot(version: 4, rules: [.standard: [again]]))
    }
  }

  @Test func enablingAndDisabling() async throws {
    try await TestDatabase.with { stores in
      #expect(try await stores.rules.setEnabled(true, ruleID: "a", tenant: .standard, actor: "ana") == nil)
      let created = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      let same = try await stores.rules.setEnabled(true, ruleID: "a", tenant: .standard, actor: "ana")
      #expect(same == WrittenRule(rule: created, changed: false))
      let change = try await stores.rules.setEnabled(false, ruleID: "a", tenant: .standard, actor: "ben")
      #expect(change?.changed == true)
      let disabled = change?.rule
      #expect(disabled?.enabled == false && disabled?.version == 2)
      #expect(disabled?.incarnation == created.incarnation && disabled?.createdAt == created.createdAt)
      _ = try await stores.rules.setEnabled(true, ruleID: "a", tenant: .standard, actor: "ana")
      #expect(try await stores.rules.setEnabled(true, ruleID: "a", tenant: other, actor: "ana") == nil)
      let history = try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 10)
      #expect(history.map(\.action) == ["enable", "disable", "save"])
    }
  }

  @Test func savingWhatIsThereChangesNothing() async throws {
    try await TestDatabase.with { stores in
      let created = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana")
      #expect(created.changed)
      var same = rule("a")
      same.conditions = ["tier": 2.0, "region": "eu"]
      let again = try await stores.rules.save(same, tenant: .standard, actor: "ben")
      #expect(again == WrittenRule(rule: created.rule, changed: false))
      #expect(try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 10).map(\.actor) == ["ana"])
      #expect(try await stores.rules.save(rule("a", threshold: 3), tenant: .standard, actor: "ben").changed)
      #expect(try await stores.rules.snapshot().version == 2)
    }
  }

  @Test func theHistoryTellsEachChangeNewestFirst() async throws {
    try await TestDatabase.with { stores in
      let first = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      _ = try await stores.rules.save(rule("b"), tenant: .standard, actor: "ana")
      let second = try await stores.rules.save(rule("a", threshold: 3), tenant: .standard, actor: "ben").rule
      _ = try await stores.rules.delete(ruleID: "a", tenant: .standard, actor: "cleo")
      let history = try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 10)
      #expect(history.map(\.version) == [4, 3, 1])
      #expect(history.map(\.actor) == ["cleo", "ben", "ana"])
      #expect(history.map(\.before) == [second.json, first.json, nil])
      #expect(history.map(\.after) == [nil, second.json, first.json])
      #expect(history[1].at == second.updatedAt)
      #expect(try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 1) == [history[0]])
      let rest = try await stores.rules.history(ruleID: "a", tenant: .standard, before: 4, limit: 10).elements
      #expect(rest == Array(history[1...]))
      #expect(try await stores.rules.history(ruleID: "a", tenant: other, limit: 1).isEmpty)
    }
  }

  @Test func aSnapshotHasAllTenantsAndTheNewestNumber() async throws {
    try await TestDatabase.with { stores in
      #expect(try await stores.rules.snapshot() == RuleSnapshot(version: 0, rules: [:]))
      let one = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      let two = try await stores.rules.save(rule("a"), tenant: other, actor: "ana").rule
      let three = try await stores.rules.save(rule("b"), tenant: other, actor: "ana").rule
      _ = try await stores.rules.delete(ruleID: "a", tenant: .standard, actor: "ana")
      _ = one
      #expect(try await stores.rules.snapshot() == RuleSnapshot(version: 4, rules: [other: [two, three]]))
      #expect(two.incarnation != one.incarnation)
    }
  }

  @Test func aTenantIsSeededOnceAndNeverAgain() async throws {
    try await TestDatabase.with { stores in
      #expect(try await stores.rules.seed(DefaultRules.all, tenant: .standard))
      let seeded = try await stores.rules.snapshot()
      #expect(seeded.version == Int64(DefaultRules.all.count))
      #expect(Set(seeded.rules[.standard, default: []].map(\.ruleID)) == Set(DefaultRules.all.map(\.ruleID)))
      for rule in DefaultRules.all {
        _ = try await stores.rules.delete(ruleID: rule.ruleID, tenant: .standard, actor: "ana")
      }
      #expect(try await stores.rules.seed(DefaultRules.all, tenant: .standard) == false)
      #expect(try await stores.rules.snapshot().rules.isEmpty)
      let history = try await stores.rules.history(ruleID: "high_cpa", tenant: .standard, limit: 5)
      #expect(history.map(\.action) == ["delete", "seed"])

      _ = try await stores.rules.save(rule("mine"), tenant: other, actor: "ana")
      #expect(try await stores.rules.seed(DefaultRules.all, tenant: other) == false)
    }
  }

  @Test func ofManyNodesThatSeedOneDoes() async throws {
    try await TestDatabase.with { stores in
      let results = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 { group.addTask { try await stores.rules.seed(DefaultRules.all, tenant: .standard) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count { $0 } == 1)
      #expect(try await stores.rules.snapshot().version == Int64(DefaultRules.all.count))
    }
  }

  /// A snapshot of number n holds every change up to n: no change with a lower number is committed later.
  @Test func numbersFollowTheOrderOfCommits() async throws {
    try await TestDatabase.with { stores in
      let versions = try await withThrowingTaskGroup(of: Int64?.self) { group in
        for index in 0..<60 {
          group.addTask { try await stores.rules.save(rule("r\(index)"), tenant: .standard, actor: "ana").rule.version }
        }
        group.addTask {
          var last: Int64 = 0
          while last < 60 {
            let snapshot = try await stores.rules.snapshot()
            let rules = snapshot.rules[.standard, default: []]
            #expect(Set(rules.map(\.version)) == Set(0..<snapshot.version).mapSet { $0 + 1 })
            last = snapshot.version
          }
          return nil
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(versions.compactMap(\.self).sorted() == Array(1...60))
    }
  }
}

extension Set {
  fileprivate func mapSet<Other>(_ transform: (Element) -> Other) -> Set<Other> { Set<Other>(map(transform)) }
}
