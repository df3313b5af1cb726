import Logging
package import TocsinCore

/// Reads and changes the rules. A change is in PostgreSQL, and in force on this node, before it is answered; the
/// other nodes hear of it by Redis.
package final class RuleService: Sendable {
  private let book: RuleBook
  private let store: any RuleStore
  private let board: any RuleBoard
  private let limits: RuleLimits
  private let shortages: Shortages
  private let logger: Logger

  init(
    book: RuleBook, store: any RuleStore, board: any RuleBoard, limits: RuleLimits = RuleLimits(), shortages: Shortages,
    logger: Logger
  ) {
    self.book = book
    self.store = store
    self.board = board
    self.limits = limits
    self.shortages = shortages
    self.logger = logger
  }

  /// The tenant's rules, by rule id.
  /// - Throws: `unavailable` before the node has loaded any
  package func all(tenant: Tenant, enabledOnly: Bool = false) throws(EngineError) -> [AlertRule] {
    let rules = try index(of: tenant).rules
    return enabledOnly ? rules.filter(\.enabled) : rules
  }

  /// One rule.
  /// - Throws: `notFound`; `unavailable` where this release cannot read it
  package func rule(_ id: String, tenant: Tenant) throws(EngineError) -> AlertRule {
    if let rule = try index(of: tenant)[id] { return rule }
    throw book.isForeign(id, tenant: tenant) ? .foreign("rule \(id) cannot be read") : RuleService.unknown(id)
  }

  /// Creates a rule or replaces the whole rule of its id; one that says the same already is left alone.
  /// - Returns: the rule with the server's fields, and whether it was changed
  /// - Throws: `invalid` where the metric has as many rules, or lookbacks, as it may have
  package func save(_ rule: AlertRule, tenant: Tenant, actor: String) async throws(EngineError) -> WrittenRule {
    if let refusal = limits.refusal(of: rule, among: book.index(of: tenant)?.rules ?? []) { throw refusal }
    let saved: WrittenRule
    do { saved = try await store.save(rule, tenant: tenant, actor: actor) } catch { throw failure(error) }
    if saved.changed {
      let isNew = saved.rule.createdAt == saved.rule.updatedAt
      log(isNew ? "a rule was created" : "a rule was replaced", id: rule.ruleID, actor)
    }
    await publish(saved.rule, tenant: tenant)
    return saved
  }

  /// Deletes a rule.
  /// - Throws: `notFound`
  package func delete(_ id: String, tenant: Tenant, actor: String) async throws(EngineError) {
    let version: Int64?
    do { version = try await store.delete(ruleID: id, tenant: tenant, actor: actor) } catch {
      throw failure(error)
    }
    guard let version else { throw RuleService.unknown(id) }
    log("a rule was deleted", id: id, actor)
    book.remove(id, tenant: tenant, version: version)
    do { try await board.remove(ruleID: id, tenant: tenant, version: version) } catch { report(error) }
  }

  /// Enables or disables a rule.
  /// - Returns: the rule as it is now, and whether it was changed
  /// - Throws: `notFound`; `invalid` as ``save(_:tenant:actor:)``
  package func setEnabled(
    _ enabled: Bool, _ id: String, tenant: Tenant, actor: String
  ) async throws(EngineError) -> WrittenRule {
    if let index = book.index(of: tenant), var known = index[id] {
      known.enabled = enabled
      if let refusal = limits.refusal(of: known, among: index.rules) { throw refusal }
    }
    let written: WrittenRule?
    do { written = try await store.setEnabled(enabled, ruleID: id, tenant: tenant, actor: actor) } catch {
      throw failure(error)
    }
    guard let written else { throw RuleService.unknown(id) }
    if written.changed { log(enabled ? "a rule was enabled" : "a rule was disabled", id: id, actor) }
    await publish(written.rule, tenant: tenant)
    return written
  }

  /// A page of the changes of a rule, newest first; also of one that was deleted.
  /// - Parameter version: only changes of lower numbers
  package func history(
    _ id: String, tenant: Tenant, before version: Int64 = .max, limit: Int
  ) async throws(EngineError) -> StoredPage<RuleChange, Int64> {
    let changes: StoredPage<RuleChange, Int64>
    do { changes = try await store.history(ruleID: id, tenant: tenant, before: version, limit: limit) } catch {
      throw failure(error)
    }
    if changes.elements.isEmpty, changes.next == nil, version == .max { throw RuleService.unknown(id) }
    return changes
  }

  private func failure(_ error: StoreError) -> EngineError {
    shortages.failed(error)
    return EngineError(error, logger: logger)
  }

  private func log(_ message: Logger.Message, id: String, _ actor: String) {
    logger.info(message, metadata: ["rule_id": "\(id)", "by": "\(actor)"])
  }

  private func publish(_ rule: AlertRule, tenant: Tenant) async {
    book.apply(rule, tenant: tenant)
    do { try await board.put(rule, tenant: tenant) } catch { report(error) }
  }

  /// The change is durable; `RuleSync` brings it to Redis later.
  private func report(_ error: StoreError) {
    logger.warning("a rule change could not be shared through Redis yet", metadata: ["error": "\(error)"])
  }

  private func index(of tenant: Tenant) throws(EngineError) -> RuleIndex {
    guard let index = book.index(of: tenant) else { throw EngineError.rulesNotLoaded }
    return index
  }

  private static func unknown(_ id: String) -> EngineError {
    EngineError(.notFound, "there is no rule \(id)")
  }
}

extension EngineError {
  static let rulesNotLoaded = EngineError(
    .unavailable, "the node has no rules yet: postgresql and redis were not reachable since it started",
    retryAfterSeconds: 1)
}
