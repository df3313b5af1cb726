import PostgresClient
import TocsinCore
import TocsinJSON

/// A transaction that writes rules: it holds the lock on the number of the newest change.
struct RuleWrite {
  private let connection: PostgresConnection
  private let tenant: Tenant
  private let actor: String
  private let now: Timestamp
  private var version: Int64

  /// Takes the lock, waiting for those who have it.
  static func begin(on connection: PostgresConnection, tenant: Tenant, actor: String) async throws -> RuleWrite {
    guard let row = try await connection.execute(Statements.ruleLock, []).rows.first else {
      throw StoreError.unreadable("rule_version: its row is missing")
    }
    return RuleWrite(
      connection: connection, tenant: tenant, actor: actor, now: Timestamp(microseconds: try row.timestamptz(1)),
      version: try row.int8(0))
  }

  /// The rule as it is.
  /// - Throws: ``ForeignRow`` where this release cannot read it
  func rule(_ ruleID: String) async throws -> AlertRule? {
    try await stored(ruleID).map { (stored) throws(ForeignRow) in try AlertRule(stored: stored, ruleID) }
  }

  private func stored(_ ruleID: String) async throws -> [UInt8]? {
    let result = try await connection.execute(Statements.ruleOne, [.text(tenant.rawValue), .text(ruleID)])
    return try result.rows.first.map { try $0.jsonb(0) }
  }

  /// Counts the change.
  private mutating func advance() throws {
    guard version < .max else {
      throw StoreError.unreadable("rule_version: its version is \(version), and no number comes after that")
    }
    version += 1
  }

  /// Writes a rule; a rule of that id keeps its beginning and its incarnation. A cooldown that becomes longer is noted.
  mutating func save(_ rule: AlertRule, action: String) async throws -> AlertRule {
    let before = try await self.rule(rule.ruleID)
    try advance()
    var after = rule
    after.createdAt = before?.createdAt ?? now
    after.updatedAt = now
    after.incarnation = before?.incarnation ?? RuleWrite.newIncarnation()
    after.version = version
    let isLonger = before.map { $0.cooldownMinutes < rule.cooldownMinutes } ?? false
    after.cooldownLengthenedAt = isLonger ? now : before?.cooldownLengthenedAt
    _ = try await connection.execute(
      Statements.ruleWrite,
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
    guard let stored = try await stored(ruleID) else { return nil }
    // Also a rule that this release cannot read: the history keeps it as it was stored.
    let before = (try? AlertRule(stored: stored, ruleID).json.bytes) ?? stored
    try advance()
    _ = try await connection.execute(
      Statements.ruleDelete,
      [
        .int8(version), .text(tenant.rawValue), .text(ruleID), .text(actor), .timestamptz(now.microseconds),
        .jsonb(before),
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
  /// The rule of that id that a column holds.
  init(stored bytes: [UInt8], _ ruleID: String) throws(ForeignRow) {
    do {
      try self.init(storedJSON: try JSON(parsing: bytes))
    } catch {
      throw ForeignRow("rule \(ruleID)", error)
    }
  }
}
