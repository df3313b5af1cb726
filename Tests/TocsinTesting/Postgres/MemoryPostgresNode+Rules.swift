package import TocsinCore

extension MemoryPostgresNode: RuleStore {
  package func save(_ rule: AlertRule, tenant: Tenant, actor: String) async throws(StoreError) -> WrittenRule {
    try await transaction { (state, now) in
      let key = PostgresState.RuleKey(tenant: tenant, ruleID: rule.ruleID)
      if let there = state.rules[key], there.says(theSameAs: rule) { return WrittenRule(rule: there, changed: false) }
      return WrittenRule(rule: state.write(rule, at: key, "save", by: actor, now), changed: true)
    }
  }

  package func delete(ruleID: String, tenant: Tenant, actor: String) async throws(StoreError) -> Int64? {
    try await transaction { (state, now) in
      let key = PostgresState.RuleKey(tenant: tenant, ruleID: ruleID)
      guard let before = state.rules.removeValue(forKey: key) else { return nil }
      state.note("delete", at: key, by: actor, now, before: before, after: nil)
      return state.ruleVersion
    }
  }

  package func setEnabled(
    _ enabled: Bool, ruleID: String, tenant: Tenant, actor: String
  ) async throws(StoreError) -> WrittenRule? {
    try await transaction { (state, now) in
      let key = PostgresState.RuleKey(tenant: tenant, ruleID: ruleID)
      guard var rule = state.rules[key] else { return nil }
      guard rule.enabled != enabled else { return WrittenRule(rule: rule, changed: false) }
      rule.enabled = enabled
      return WrittenRule(
        rule: state.write(rule, at: key, enabled ? "enable" : "disable", by: actor, now), changed: true)
    }
  }

  package func snapshot() async throws(StoreError) -> RuleSnapshot {
    try await transaction { (state, _) in
      var snapshot = RuleSnapshot(version: state.ruleVersion, rules: [:])
      for (key, rule) in state.rules.sorted(by: { $0.key.ruleID < $1.key.ruleID }) {
        snapshot.rules[key.tenant, default: []].append(rule)
      }
      return snapshot
    }
  }

  package func seed(_ rules: [AlertRule], tenant: Tenant) async throws(StoreError) -> Bool {
    try await transaction { (state, now) in
      guard !state.seeded.contains(tenant), !state.changes.contains(where: { $0.key.tenant == tenant }) else {
        return false
      }
      state.seeded.insert(tenant)
      for rule in rules {
        _ = state.write(
          rule, at: PostgresState.RuleKey(tenant: tenant, ruleID: rule.ruleID), "seed", by: "tocsin", now)
      }
      return true
    }
  }

  package func history(
    ruleID: String, tenant: Tenant, before version: Int64, limit: Int
  ) async throws(StoreError) -> StoredPage<RuleChange, Int64> {
    try await transaction { (state, _) in
      let key = PostgresState.RuleKey(tenant: tenant, ruleID: ruleID)
      let own = state.changes.reversed().filter { $0.key == key && $0.change.version < version }.map(\.change)
      return firstPage(own, limit: limit, key: \.version)
    }
  }
}

extension PostgresState {
  /// Writes a rule; one that is there keeps its beginning and its incarnation.
  mutating func write(
    _ rule: AlertRule, at key: RuleKey, _ action: String, by actor: String, _ now: Timestamp
  ) -> AlertRule {
    let before = rules[key]
    var after = rule
    after.createdAt = before?.createdAt ?? now
    after.updatedAt = now
    after.incarnation = before?.incarnation ?? String(UInt64.random(in: 0 ... .max), radix: 16)
    after.version = ruleVersion + 1
    let isLonger = before.map { $0.cooldownMinutes < rule.cooldownMinutes } ?? false
    after.cooldownLengthenedAt = isLonger ? now : before?.cooldownLengthenedAt
    rules[key] = after
    note(action, at: key, by: actor, now, before: before, after: after)
    return after
  }

  /// Numbers a change and keeps it.
  mutating func note(
    _ action: String, at key: RuleKey, by actor: String, _ now: Timestamp, before: AlertRule?, after: AlertRule?
  ) {
    ruleVersion += 1
    changes.append(
      ChangedRule(
        key: key, before: before,
        change: RuleChange(
          version: ruleVersion, action: action, actor: actor, at: now, before: before?.json, after: after?.json)))
  }
}
