package import TocsinCore

extension MemoryRedisNode: RuleBoard {
  package func put(_ rule: AlertRule, tenant: Tenant) async throws(StoreError) {
    try await call { (state, _) in
      state.put(.rule(rule), at: RedisState.RuleKey(tenant: tenant, ruleID: rule.ruleID))
    }
  }

  package func remove(ruleID: String, tenant: Tenant, version: Int64) async throws(StoreError) {
    try await call { (state, _) in
      state.put(.deleted(version), at: RedisState.RuleKey(tenant: tenant, ruleID: ruleID))
    }
  }

  package func replaceAll(_ snapshot: RuleSnapshot, history: String) async throws(StoreError) {
    try await call { (state, _) in
      if let newest = state.boardVersion, newest > snapshot.version { return }
      if state.boardVersion == nil { state.boardHistory = history }
      state.fillBoard(with: snapshot)
    }
  }

  package func beginHistory(
    _ history: String, with snapshot: RuleSnapshot, insteadOf version: RuleVersion?
  ) async throws(StoreError) -> Bool {
    try await call { (state, _) in
      let there = state.boardVersion.map { RuleVersion(number: $0, history: state.boardHistory) }
      guard there == version else { return false }
      state.fillBoard(with: snapshot)
      state.boardHistory = history
      return true
    }
  }

  package func version() async throws(StoreError) -> RuleVersion? {
    try await call { (state, _) in
      state.boardVersion.map { RuleVersion(number: $0, history: state.boardHistory) }
    }
  }

  package func snapshot() async throws(StoreError) -> SharedRules? {
    try await call { (state, _) in
      guard let version = state.boardVersion else { return nil }
      var snapshot = RuleSnapshot(version: version, rules: [:])
      for (key, value) in state.board.sorted(by: { $0.key.ruleID < $1.key.ruleID }) {
        switch value {
        case .rule(let rule): snapshot.rules[key.tenant, default: []].append(rule)
        case .foreign(let rule): snapshot.foreign.append(rule)
        case .deleted: break
        }
      }
      snapshot.foreign.sort { ($0.tenant.rawValue, $0.ruleID) < ($1.tenant.rawValue, $1.ruleID) }
      return SharedRules(rules: snapshot, history: state.boardHistory)
    }
  }
}

extension RedisState {
  /// Writes one rule, unless a newer change of it is there, or there is no board; tells everyone in any case but the first.
  mutating func put(_ value: BoardValue, at key: RuleKey) {
    if let newest = boardVersion {
      if let there = board[key], there.version >= value.version { return }
      board[key] = value
      boardVersion = max(newest, value.version)
    }
    publish(.rulesChanged(version: max(value.version, boardVersion ?? 0)))
  }

  /// Writes the whole board.
  mutating func fillBoard(with snapshot: RuleSnapshot) {
    boardVersion = snapshot.version
    board = [:]
    for (tenant, rules) in snapshot.rules {
      for rule in rules { board[RuleKey(tenant: tenant, ruleID: rule.ruleID)] = .rule(rule) }
    }
    for rule in snapshot.foreign { board[RuleKey(tenant: rule.tenant, ruleID: rule.ruleID)] = .foreign(rule) }
  }
}
