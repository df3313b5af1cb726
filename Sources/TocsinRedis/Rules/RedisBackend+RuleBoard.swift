import Logging
import NIOCore
import RedisClient
package import TocsinCore

extension RedisBackend: RuleBoard {
  /// Puts a rule there, unless it or a newer change of it is there already; tells all nodes.
  ///
  /// A board that was never filled by ``replaceAll(_:history:)`` stays empty.
  package func put(_ rule: AlertRule, tenant: Tenant) async throws(StoreError) {
    try await put(
      RuleField(tenant: tenant, ruleID: rule.ruleID), version: rule.version, value: RuleField.value(of: rule))
  }

  /// Marks a rule as deleted by the change of that number, unless a newer change of it is there; tells all nodes.
  ///
  /// A board that was never filled by ``replaceAll(_:history:)`` stays empty.
  package func remove(ruleID: String, tenant: Tenant, version: Int64) async throws(StoreError) {
    try await put(
      RuleField(tenant: tenant, ruleID: ruleID), version: version, value: Array("1\(version)|".utf8))
  }

  package func replaceAll(_ snapshot: RuleSnapshot, history: String) async throws(StoreError) {
    _ = try await run(
      Scripts.replaceRules, keys: boardKeys,
      [RedisArgument(snapshot.version), RedisArgument(history)] + Self.fields(of: snapshot))
  }

  package func beginHistory(
    _ history: String, with snapshot: RuleSnapshot, insteadOf version: RuleVersion?
  ) async throws(StoreError) -> Bool {
    let before = [RedisArgument(version.map { "\($0.number)" } ?? ""), RedisArgument(version?.history ?? "")]
    let reply = try await run(
      Scripts.beginRuleHistory, keys: boardKeys,
      before + [RedisArgument(snapshot.version), RedisArgument(history)] + Self.fields(of: snapshot))
    return reply == .integer(1)
  }

  package func version() async throws(StoreError) -> RuleVersion? {
    let reply = try await run(Scripts.rulesVersion, keys: boardKeys, [])
    if reply.isNull { return nil }
    guard let parts = reply.array, parts.count == 2, let number = parts[0].int, let history = parts[1].string else {
      throw .unexpected(reply)
    }
    return RuleVersion(number: Int64(number), history: history)
  }

  /// All rules that are there; nil where there is nothing. A rule that this node cannot read (a newer node wrote it) is
  /// foreign; a field of another form is left out, and told of.
  package func snapshot() async throws(StoreError) -> SharedRules? {
    let reply = try await run(Scripts.rules, keys: boardKeys, [])
    if reply.isNull { return nil }
    guard let parts = reply.array, parts.count == 3, let version = parts[0].int, let pairs = parts[1].array,
      pairs.count.isMultiple(of: 2), let history = parts[2].string
    else { throw .unexpected(reply) }
    var snapshot = RuleSnapshot(version: Int64(version), rules: [:])
    for place in stride(from: 0, to: pairs.count, by: 2) {
      guard let name = pairs[place].string, let value = pairs[place + 1].bytes else { throw .unexpected(pairs[place]) }
      guard let field = RuleField(name) else {
        remark("skipped a field that is not a rule", ["key": "\(keys.rules)", "field": "\(name.prefix(64))"])
        continue
      }
      switch RuleField.read(value) {
      case .rule(let rule): snapshot.rules[field.tenant, default: []].append(rule)
      case .deleted: break
      case .foreign(let version, let stored):
        snapshot.foreign.append(
          ForeignRule(tenant: field.tenant, ruleID: field.ruleID, version: version, stored: stored))
      case .unreadable(let reason):
        remark(
          "left out a rule that this version cannot read",
          ["rule": "\(field.ruleID)", "tenant": "\(field.tenant)", "reason": "\(reason)"])
      }
    }
    snapshot.foreign.sort { ($0.tenant.rawValue, $0.ruleID) < ($1.tenant.rawValue, $1.ruleID) }
    for tenant in snapshot.rules.keys { snapshot.rules[tenant]?.sort { $0.ruleID < $1.ruleID } }
    return SharedRules(rules: snapshot, history: history)
  }

  private var boardKeys: [String] { [keys.rules, keys.rulesVersion, keys.rulesHistory] }

  private static func fields(of snapshot: RuleSnapshot) -> [RedisArgument] {
    var arguments: [RedisArgument] = []
    for (tenant, rules) in snapshot.rules {
      for rule in rules {
        arguments.append(RedisArgument(RuleField(tenant: tenant, ruleID: rule.ruleID).text))
        arguments.append(RedisArgument(RuleField.value(of: rule)))
      }
    }
    for rule in snapshot.foreign {
      arguments.append(RedisArgument(RuleField(tenant: rule.tenant, ruleID: rule.ruleID).text))
      arguments.append(RedisArgument(RuleField.value(of: rule)))
    }
    return arguments
  }

  private func put(_ field: RuleField, version: Int64, value: [UInt8]) async throws(StoreError) {
    _ = try await run(
      Scripts.putRule, keys: [keys.rules, keys.rulesVersion],
      [RedisArgument(field.text), RedisArgument(version), RedisArgument(value), RedisArgument(keys.channel)])
  }
}
