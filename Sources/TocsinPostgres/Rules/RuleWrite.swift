import PostgresClient
import TocsinCore

/// A transaction that writes rules: it holds the lock on the number of the newest change.
struct RuleWrite {
  private let connection: PostgresConnection
  private let tenant: Tenant
  private let actor: String
  private let now: Timestamp
  private var version: Int64

  /// Takes the lock, waiting for those who have it.
  static func begin(on connection: PostgresConnection, tenant: Tenant, actor: String) async throws -> RuleWrite {
    guard let row = try await connection.execute(RuleStatements.lock, []).rows.first else {
      throw StoreError.unreadable("rule_version: its row is missing")
    }
    return RuleWrite(
      connection: connection, tenant: tenant, actor: actor, now: Timestamp(microseconds: try row.timestamptz(1)),
      version: try row.int8(0))
  }

  /// The rule as it is.
  func rule(_ ruleID: String) async throws -> AlertRule? {
    let result = try await connection.execute(RuleStatements.one, [.text(tenant.rawValue), .text(ruleID)])
    return try result.rows.first.map { try AlertRule(stored: try $0.jsonb(0)) }
  }

  /// Writes a rule; a rule of that id keeps its beginning and its incarnation. A cooldown that becomes longer is noted.
  mutating func save(_ rule: AlertRule, action: String) async throws -> AlertRule {
    let before = try await self.rule(rule.ruleID)
    version += 1
    var after = rule
    after.createdAt = before?.createdAt ?? now
    after.updatedAt = now
    after.incarnation = before?.incarnation ?? RuleWrite.newIncarnation()
    after.version = version
    let isLonger = before.map { $0.cooldownMinutes < rule.cooldownMinutes } ?? false
    after.cooldownLengthenedAt = isLonger ? now : before?.cooldownLengthenedAt
    _ = try await connection.execute(
      RuleStatements.write,
      [
        .int8(version), .text(tenant.rawValue), .text(rule.ruleID), .jsonb(after.storedJSON.bytes), .text(action),
        .text(actor), .timestamptz(now.microseconds), before.map { .jsonb($0.json.bytes) } ?? .null,
        .jsonb(after.json.bytes),
      ])
    return after
  }

  /// Deletes a rule.
  /// - Returns: the number of the change, or nil where there is no such rule
  mutating func delete(_ ruleID: String) async throws -> Int64? {
    guard let before = try await rule(ruleID) else { return nil }
    version += 1
    _ = try await connection.execute(
      RuleStatements.delete,
      [
        .int8(version), .text(tenant.rawValue), .text(ruleID), .text(actor), .timestamptz(now.microseconds),
        .jsonb(before.json.bytes),
      ])
    return version
  }

  /// Sixteen random hexadecimal digits.
  private static func newIncarnation() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension AlertRule {
  /// The rule that a column holds.
  init(stored bytes: [UInt8]) throws {
    do {
      try self.init(storedJSON: try JSON(parsing: bytes))
    } catch {
      throw StoreError.unreadable("a rule: it is not of a form that this release knows")
    }
  }
}
