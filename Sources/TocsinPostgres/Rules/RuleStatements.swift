import PostgresClient

/// The statements of ``PostgresRuleStore``.
enum RuleStatements {
  /// Locks the number of the newest change until the transaction ends; also says what time it is.
  static let lock = PostgresStatement(
    "SELECT version, clock_timestamp() FROM rule_version FOR UPDATE", name: "rule.lock")

  /// One rule: tenant, id.
  static let one = PostgresStatement("SELECT rule FROM rules WHERE tenant = $1 AND rule_id = $2", name: "rule.one")

  /// Writes a rule and its change: version, tenant, id, stored form, action, actor, time, wire form before and after.
  static let write = PostgresStatement(
    """
    WITH numbered AS (
      UPDATE rule_version SET version = $1
    ), stored AS (
      INSERT INTO rules (version, tenant, rule_id, rule) VALUES ($1, $2, $3, $4)
      ON CONFLICT (tenant, rule_id) DO UPDATE SET version = excluded.version, rule = excluded.rule
    )
    INSERT INTO rule_changes (version, tenant, rule_id, action, actor, at, before, after)
    VALUES ($1, $2, $3, $5, $6, $7, $8, $9)
    """, name: "rule.write")

  /// Deletes a rule: version, tenant, id, actor, time, wire form before.
  static let delete = PostgresStatement(
    """
    WITH numbered AS (
      UPDATE rule_version SET version = $1
    ), deleted AS (
      DELETE FROM rules WHERE tenant = $2 AND rule_id = $3
    )
    INSERT INTO rule_changes (version, tenant, rule_id, action, actor, at, before)
    VALUES ($1, $2, $3, 'delete', $4, $5, $6)
    """, name: "rule.delete")

  /// All rules beside the newest number; one statement, hence of one moment.
  static let snapshot = PostgresStatement(
    """
    SELECT v.version, r.tenant, r.rule_id, r.version, r.rule FROM rule_version v LEFT JOIN rules r ON true ORDER BY r.tenant, r.rule_id
    """, name: "rule.snapshot")

  /// The changes of one rule, newest first: tenant, id, limit, a number behind the newest.
  static let history = PostgresStatement(
    """
    SELECT version, action, actor, at, before, after FROM rule_changes
    WHERE tenant = $1 AND rule_id = $2 AND version < $4 ORDER BY version DESC LIMIT $3
    """, name: "rule.history")

  /// Notes that a tenant's first rules are there, unless that is noted, or a rule was ever written: key, tenant.
  static let noteSeed = PostgresStatement(
    """
    INSERT INTO installation (key, value) SELECT $1, 'seeded'
    WHERE NOT EXISTS (SELECT FROM rule_changes WHERE tenant = $2) ON CONFLICT (key) DO NOTHING
    """, name: "rule.seed")
}
