package import TocsinJSON

/// Where rules are kept for good: PostgreSQL numbers each change and is the truth.
package protocol RuleStore: Sendable {
  // A rule that this release cannot read (``ForeignRule``) can be deleted, but neither replaced nor switched:
  // ``StoreError/Code/foreign``.

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

  /// A page of the changes of one rule, newest first. Those that this release cannot read are left out, and do not count
  /// for the limit.
  /// - Parameter version: only changes of lower numbers (a cursor)
  func history(
    ruleID: String, tenant: Tenant, before version: Int64, limit: Int
  ) async throws(StoreError) -> StoredPage<RuleChange, Int64>
}

/// What became of a rule that was to be written.
package struct WrittenRule: Sendable, Hashable {
  /// The rule as it is now.
  package var rule: AlertRule
  /// Whether it was changed; false where it was like that already.
  package var changed: Bool

  /// A result of these parts.
  package init(rule: AlertRule, changed: Bool) {
    self.rule = rule
    self.changed = changed
  }
}

/// Where nodes share rules: Redis. Only a higher number replaces what is there.
///
/// Numbers can be compared within one history only. A new one begins when PostgreSQL, the truth, has gone back to lower
/// numbers: it was restored from a backup, or a replica took over that lacked the last changes.
package protocol RuleBoard: Sendable {
  /// Puts a rule there, unless it or a newer change of it is there already.
  func put(_ rule: AlertRule, tenant: Tenant) async throws(StoreError)

  /// Marks a rule as deleted by the change of that number, unless a newer change of it is there.
  func remove(ruleID: String, tenant: Tenant, version: Int64) async throws(StoreError)

  /// Replaces everything, unless what is there contains a newer change. Foreign rules are written as they are.
  /// - Parameter history: the history of the numbers where nothing is there; what is there keeps its own
  func replaceAll(_ snapshot: RuleSnapshot, history: String) async throws(StoreError)

  /// Replaces everything by the first rules of a new history, if what is there still is of that version.
  /// - Parameter version: what was there when it was found out that PostgreSQL has gone back; nil for nothing
  /// - Returns: whether it was replaced
  func beginHistory(
    _ history: String, with snapshot: RuleSnapshot, insteadOf version: RuleVersion?
  ) async throws(StoreError) -> Bool

  /// The newest change that is there; nil where there are no rules at all (an empty server), or nothing that is one.
  func version() async throws(StoreError) -> RuleVersion?

  /// All rules that are there; nil where there is nothing.
  func snapshot() async throws(StoreError) -> SharedRules?
}

/// The number of a change, and in which history it has that number.
package struct RuleVersion: Sendable, Hashable {
  /// Higher is newer.
  package var number: Int64
  /// Empty before PostgreSQL has ever gone back.
  package var history: String

  /// The number in that history.
  package init(number: Int64, history: String) {
    self.number = number
    self.history = history
  }
}

/// What nodes share.
package struct SharedRules: Sendable, Hashable {
  /// The rules.
  package var rules: RuleSnapshot
  /// The history of their numbers.
  package var history: String

  /// Rules in that history.
  package init(rules: RuleSnapshot, history: String) {
    self.rules = rules
    self.history = history
  }

  /// The newest change that they contain.
  package var version: RuleVersion { RuleVersion(number: rules.version, history: history) }
}

/// All rules at one moment.
package struct RuleSnapshot: Sendable, Hashable {
  /// The number of the newest change that it contains.
  package var version: Int64
  /// The rules of each tenant.
  package var rules: [Tenant: [AlertRule]]
  /// The rules that this release cannot read, by tenant and id.
  package var foreign: [ForeignRule]

  /// A snapshot of these parts.
  package init(version: Int64, rules: [Tenant: [AlertRule]], foreign: [ForeignRule] = []) {
    self.version = version
    self.rules = rules
    self.foreign = foreign
  }
}

/// A rule that this release cannot read: a newer one wrote it. It is not evaluated here, and passed on as it is, so that
/// nodes of the newer release keep it.
package struct ForeignRule: Sendable, Hashable {
  /// Whose it is.
  package var tenant: Tenant
  /// Its id.
  package var ruleID: String
  /// The number of the change that wrote it.
  package var version: Int64
  /// The stored form as JSON. Two texts of one change are the same rule.
  package var stored: [UInt8]

  /// A rule of these parts.
  package init(tenant: Tenant, ruleID: String, version: Int64, stored: [UInt8]) {
    self.tenant = tenant
    self.ruleID = ruleID
    self.version = version
    self.stored = stored
  }

  package static func == (left: ForeignRule, right: ForeignRule) -> Bool {
    left.tenant == right.tenant && left.ruleID == right.ruleID && left.version == right.version
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(tenant)
    hasher.combine(ruleID)
    hasher.combine(version)
  }
}

/// One change of one rule.
package struct RuleChange: Sendable, Hashable {
  /// The change's number.
  package var version: Int64
  /// What was done: `save`, `delete`, `enable`, `disable` or `seed`.
  package var action: String
  /// Who did it.
  package var actor: String
  /// When.
  package var at: Timestamp
  /// The rule's wire form before, or nil where there was none.
  package var before: JSON?
  /// The rule's wire form afterwards, or nil where there is none.
  package var after: JSON?

  /// A change of these parts.
  package init(version: Int64, action: String, actor: String, at: Timestamp, before: JSON?, after: JSON?) {
    self.version = version
    self.action = action
    self.actor = actor
    self.at = at
    self.before = before
    self.after = after
  }
}
