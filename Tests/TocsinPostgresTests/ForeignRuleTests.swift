import PostgresClient
import TestLog
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinPostgres

/// Rules that a newer release wrote, or other hands.
@Suite struct ForeignRuleTests {
  private func rule(_ id: String) -> AlertRule {
    AlertRule(ruleID: id, name: "Rule \(id)", alertType: .roasDrop, severity: .high)
  }

  @Test func aRuleThatCannotBeReadIsLeftOutToldOnceAndKept() async throws {
    try await TestDatabase.with { stores in
      let capture = LogLines()
      let store = PostgresRuleStore(pool: stores.pool, logger: capture.logger)
      let first = try await store.save(rule("a"), tenant: .standard, actor: "ana").rule
      _ = try await store.save(rule("b"), tenant: .standard, actor: "ana")
      try await stores.run(
        #"UPDATE rules SET rule = rule || '{"alert_type": "spend_spike"}' WHERE rule_id = 'b'"#)
      for _ in 0..<3 {
        let snapshot = try await store.snapshot()
        #expect(snapshot.version == 2 && snapshot.rules == [.standard: [first]])
        #expect(snapshot.foreign.map(\.ruleID) == ["b"] && snapshot.foreign.map(\.version) == [2])
        let stored = try #require(snapshot.foreign.first?.stored)
        #expect(try JSON(parsing: stored).object?["alert_type"] == "spend_spike")
      }
      #expect(capture.lines.count == 1, "\(capture.lines)")
      await expectForeign { try await store.save(rule("b"), tenant: .standard, actor: "ana") }
      await expectForeign { try await store.setEnabled(false, ruleID: "b", tenant: .standard, actor: "ana") }
      // What does not touch it goes on, and it can be deleted.
      #expect(try await store.save(rule("c"), tenant: .standard, actor: "ana").rule.version == 3)
      #expect(try await store.delete(ruleID: "b", tenant: .standard, actor: "ana") == 4)
      #expect(try await store.snapshot().foreign.isEmpty)
      let history = try await store.history(ruleID: "b", tenant: .standard, limit: 10)
      #expect(history.first?.before?.object?["alert_type"] == "spend_spike")
    }
  }

  @Test(arguments: [
    "7", "[]", "{}", "null", #"rule || '{"threshold": 1e400}'"#, #"rule || '{"version": -1}'"#,
    #"rule || '{"lookback_minutes": 9223372036854775807}'"#, #"rule || '{"created_at": "the day before"}'"#,
    #"rule || '{"cooldown_minutes": 1e18}'"#, "rule || '{\"metadata\": 3}'", "rule - 'name'",
  ])
  func whateverARowHoldsOthersAreRead(_ change: String) async throws {
    try await TestDatabase.with { stores in
      let first = try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule
      _ = try await stores.rules.save(rule("b"), tenant: .standard, actor: "ana")
      let value = change.hasPrefix("rule") ? change : "'\(change)'"
      try await stores.run("UPDATE rules SET rule = \(value) WHERE rule_id = 'b'")
      try await stores.run("UPDATE rule_changes SET after = '{\"a\": 1e400}' WHERE rule_id = 'b'")
      let snapshot = try await stores.rules.snapshot()
      #expect(snapshot.rules == [.standard: [first]] && snapshot.foreign.map(\.ruleID) == ["b"])
      #expect(try await stores.rules.history(ruleID: "b", tenant: .standard, limit: 10).isEmpty)
      #expect(try await stores.rules.delete(ruleID: "b", tenant: .standard, actor: "ana") == 3)
    }
  }

  @Test func aPageOfAHistoryIsFullWhateverLiesBetween() async throws {
    try await TestDatabase.with { stores in
      for number in 1...4 {
        var changed = rule("a")
        changed.threshold = Double(number)
        _ = try await stores.rules.save(changed, tenant: .standard, actor: "ana")
      }
      try await stores.run("UPDATE rule_changes SET after = '{\"a\": 1e400}' WHERE version IN (2, 3)")
      let newest = try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 2)
      #expect(newest.map(\.version) == [4, 1])
      let next = try await stores.rules.history(ruleID: "a", tenant: .standard, before: 4, limit: 1).elements
      #expect(next.map(\.version) == [1])
    }
  }

  @Test(arguments: [Int64.max, -1, .min]) func theNumberOfTheNewestChangeMayBeAny(_ version: Int64) async throws {
    try await TestDatabase.with { stores in
      try await stores.run("UPDATE rule_version SET version = \(version)")
      #expect(try await stores.rules.snapshot().version == version)
      if version == .max {
        let error = await #expect(throws: StoreError.self) {
          try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana")
        }
        #expect(error?.code == .failed && error?.message.contains("rule_version") == true)
      } else {
        #expect(try await stores.rules.save(rule("a"), tenant: .standard, actor: "ana").rule.version == version + 1)
      }
    }
  }
}
