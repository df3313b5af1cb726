/// Where rules are kept for good: PostgreSQL numbers each change and is the truth.
public protocol RuleStore: Sendable {
  /// Creates the rule, or replaces the whole rule of its id; the change is numbered and kept in the history. A rule
  /// that says the same already is left alone.
  /// `createdAt`, `updatedAt`, `incarnation` and `version` of the argument are ignored and set in the result.
  func save(_ rule: AlertRule, tenant: Tenant, actor: String) async throws(StoreError) -> WrittenRule

  /// Deletes the rule.
  /// - Returns: the number of the change, or nil where there is no such rule
  func delete(ruleID: String, tenant: Tenant, actor: String) async throws(StoreError) -> Int64?

  /// Enables or disables the rule; one that already is so is left alone.
  /// - Returns: the rule as it is now, or nil where there is none
  func setEnabled(
    _ enabled: Bool, ruleID: String, tenant: Tenant, actor: String
  ) async throws(StoreError) -> WrittenRule?

  /// All rules of all tenants, with the number of the newest change that they contain.
  func snapshot() async throws(StoreError) -> RuleSnapshot

  /// Writes these rules if no rule was ever written for the tenant.
  /// - Returns: whether they were written
  func seed(_ rules: [AlertRule], tenant: Tenant) async throws(StoreError) -> Bool

  /// The changes of one rule, newest first.
  func history(ruleID: String, tenant: Tenant, limit: Int) async throws(StoreError) -> [RuleChange]
}

/// What became of a rule that was to be written.
public struct WrittenRule: Sendable, Hashable {
  /// The rule as it is now.
  public var rule: AlertRule
  /// Whether it was changed; false where it was like that already.
  public var changed: Bool

  /// A result of these parts.
  public init(rule: AlertRule, changed: Bool) {
    self.rule = rule
    self.changed = changed
  }
}

/// Where nodes share rules: Redis. Only a higher number replaces what is there.
public protocol RuleBoard: Sendable {
  /// Puts a rule there, unless it or a newer change of it is there already.
  func put(_ rule: AlertRule, tenant: Tenant) async throws(StoreError)

  /// Marks a rule as deleted by the change of that number, unless a newer change of it is there.
  func remove(ruleID: String, tenant: Tenant, version: Int64) async throws(StoreError)

  /// Replaces everything, unless what is there contains a newer change.
  func replaceAll(_ snapshot: RuleSnapshot) async throws(StoreError)

  /// The number of the newest change that is there; nil where there are no rules at all (an empty server).
  func version() async throws(StoreError) -> Int64?

  /// All rules that are there; nil where there is nothing.
  func snapshot() async throws(StoreError) -> RuleSnapshot?
}

/// All rules at one moment.
public struct RuleSnapshot: Sendable, Hashable {
  /// The number of the newest change that it contains.
  public var version: Int64
  /// The rules of each tenant.
  public var rules: [Tenant: [AlertRule]]

  /// A snapshot of these parts.
  public init(version: Int64, rules: [Tenant: [AlertRule]]) {
    self.version = version
    self.rules = rules
  }
}

/// One change of one rule.
public struct RuleChange: Sendable, Hashable {
  /// The change's number.
  public var version: Int64
  /// What was done: `save`, `delete`, `enable`, `disable` or `seed`.
  public var action: String
  /// Who did it.
  public var actor: String
  /// When.
  public var at: Timestamp
  /// The rule's wire form before, or nil where there was none.
  public var before: JSON?
  /// The rule's wire form afterwards, or nil where there is none.
  public var after: JSON?

  /// A change of these parts.
  public init(version: Int64, action: String, actor: String, at: Timestamp, before: JSON?, after: JSON?) {
    self.version = version
    self.action = action
    self.actor = actor
    self.at = at
    self.before = before
    self.after = after
  }
}
