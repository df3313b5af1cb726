package import Logging
package import PostgresClient
package import TocsinCore
import TocsinJSON

/// Rules in PostgreSQL: tables `rules`, `rule_changes` and `rule_version`.
///
/// Every write is one transaction that first locks the row of `rule_version`: writers take turns, and the order of
/// the numbers is the order of the commits.
package struct PostgresRuleStore: RuleStore {
  private let pool: PostgresPool
  private let foreign: ForeignRows

  /// A store on a pool to the primary server.
  /// - Parameter logger: hears of rules that this release cannot read, once for each reason
  package init(pool: PostgresPool, logger: Logger? = nil) {
    self.pool = pool
    foreign = ForeignRows(logger: logger)
  }

  package func save(_ rule: AlertRule, tenant: Tenant, actor: String) async throws(StoreError) -> WrittenRule {
    try await pool.inTransaction { connection in
      var change = try await RuleWrite.begin(on: connection, tenant: tenant, actor: actor)
      if let there = try await change.rule(rule.ruleID), there.says(theSameAs: rule) {
        return WrittenRule(rule: there, changed: false)
      }
      return WrittenRule(rule: try await change.save(rule, action: "save"), changed: true)
    }
  }

  package func delete(ruleID: String, tenant: Tenant, actor: String) async throws(StoreError) -> Int64? {
    try await pool.inTransaction { connection in
      var change = try await RuleWrite.begin(on: connection, tenant: tenant, actor: actor)
      return try await change.delete(ruleID)
    }
  }

  package func setEnabled(
    _ enabled: Bool, ruleID: String, tenant: Tenant, actor: String
  ) async throws(StoreError) -> WrittenRule? {
    try await pool.inTransaction { connection in
      var change = try await RuleWrite.begin(on: connection, tenant: tenant, actor: actor)
      guard var rule = try await change.rule(ruleID) else { return nil }
      guard rule.enabled != enabled else { return WrittenRule(rule: rule, changed: false) }
      rule.enabled = enabled
      return WrittenRule(rule: try await change.save(rule, action: enabled ? "enable" : "disable"), changed: true)
    }
  }

  package func seed(_ rules: [AlertRule], tenant: Tenant) async throws(StoreError) -> Bool {
    try await pool.inTransaction { connection in
      var change = try await RuleWrite.begin(on: connection, tenant: tenant, actor: "tocsin")
      let key = PostgresValue.text("rules.seeded/\(tenant.rawValue)")
      let noted = try await connection.execute(Statements.ruleSeed, [key, .text(tenant.rawValue)])
      guard noted.affected == 1 else { return false }
      for rule in rules { _ = try await change.save(rule, action: "seed") }
      return true
    }
  }

  package func snapshot() async throws(StoreError) -> RuleSnapshot {
    var snapshot = RuleSnapshot(version: 0, rules: [:])
    let rows = try await pool.rows(Statements.ruleSnapshot) { row in
      (version: try row.int8(0), rule: try row.optionalText(1).map { try storedRule(row, tenant: $0) })
    }
    for row in rows {
      snapshot.version = row.version
      guard let stored = row.rule else { continue }
      if let rule = foreign.readable({ () throws(ForeignRow) in try AlertRule(stored: stored.stored, stored.ruleID) }) {
        snapshot.rules[stored.tenant, default: []].append(rule)
      } else {
        snapshot.foreign.append(stored)
      }
    }
    return snapshot
  }

  /// A row of the snapshot, not looked into yet.
  private func storedRule(_ row: PostgresRow, tenant: String) throws -> ForeignRule {
    ForeignRule(
      tenant: Tenant(rawValue: tenant), ruleID: try row.text(2), version: try row.int8(3), stored: try row.jsonb(4))
  }

  package func history(
    ruleID: String, tenant: Tenant, before version: Int64, limit: Int
  ) async throws(StoreError) -> StoredPage<RuleChange, Int64> {
    var walk = ReadableWalk<Int64>(limit: limit, after: version)
    var changes: [RuleChange] = []
    while let portion = walk.rows {
      let parameters: [PostgresValue] = [
        .text(tenant.rawValue), .text(ruleID), .int8(Int64(portion.limit)), .int8(portion.after ?? version),
      ]
      let rows = try await pool.rows(Statements.ruleHistory, parameters) { row in
        (
          version: try row.int8(0),
          change: foreign.readable { () throws(ForeignRow) in try change(row, of: ruleID) }
        )
      }
      let readable = rows.compactMap(\.change)
      changes += readable
      walk.took(rows: rows.count, readable: readable.count, last: rows.last?.version)
    }
    return walk.page(of: changes, key: \.version)
  }

  private func change(_ row: PostgresRow, of ruleID: String) throws(ForeignRow) -> RuleChange {
    do {
      return RuleChange(
        version: try row.int8(0), action: try row.text(1), actor: try row.text(2),
        at: Timestamp(microseconds: try row.timestamptz(3)),
        before: try row.optionalJSONB(4).map { try JSON(parsing: $0) },
        after: try row.optionalJSONB(5).map { try JSON(parsing: $0) })
    } catch {
      throw ForeignRow("a change of rule \(ruleID)", error)
    }
  }
}
