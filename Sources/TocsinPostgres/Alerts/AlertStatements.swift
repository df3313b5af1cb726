import PostgresClient
import TocsinCore

/// The reading statements of ``PostgresAlertStore`` that have one shape only.
enum AlertStatements {
  /// One alert: tenant, id.
  static let one = PostgresStatement(
    """
    SELECT \(AlertColumns.list(of: "a")), \(NotificationStatus.column)
    FROM alerts a WHERE a.tenant = $1 AND a.alert_id = $2
    """, name: "alert.one")

  /// Alerts and their tenants: ``AlertSet``.
  static let many = PostgresStatement(
    """
    SELECT found.*, meant.tenant
    FROM \(AlertSet.rows(AlertColumns.list(of: "d"), of: "alerts", suffix: "LIMIT 1"))
    """, name: "alert.many")

  /// The newest alert of a rule and entity: tenant, campaign, ad, rule, incarnation, lowest id. Goes through the
  /// campaign's alerts since then, newest first, once among those not resolved and once among the resolved.
  static let newest = PostgresStatement(
    """
    SELECT found.alert_id FROM (VALUES (false), (true)) AS half (resolved)
    CROSS JOIN LATERAL (
      SELECT a.alert_id FROM alerts a
      WHERE a.tenant = $1 AND a.campaign_id = $2 AND a.resolved = half.resolved AND a.alert_id >= $6
        AND a.ad_id = $3 AND a.rule_id = $4 AND a.rule_incarnation = $5
      ORDER BY a.alert_id DESC LIMIT 1
    ) found
    WHERE \(Planning.withValues)
    ORDER BY found.alert_id DESC LIMIT 1
    """, name: "alert.newest")

  /// Counts of a tenant.
  static let statistics = PostgresStatement(
    """
    SELECT alert_type, severity, sum(fired), sum(acknowledged), sum(resolved)
    FROM alert_rollups WHERE tenant = $1 GROUP BY alert_type, severity
    """, name: "alert.statistics")

  /// Counts of a campaign: tenant, campaign.
  static let campaignStatistics = PostgresStatement(
    """
    SELECT alert_type, severity, sum(fired), sum(acknowledged), sum(resolved)
    FROM campaign_rollups WHERE tenant = $1 AND campaign_id = $2 GROUP BY alert_type, severity
    """, name: "alert.statistics.campaign")

  /// One page of what may have a running cooldown, newest first: tenant, lowest id, upper bound, rules, limit.
  static let cooldowns = PostgresStatement(
    """
    SELECT page.alert_id, page.rule_id, page.rule_incarnation, page.campaign_id, page.ad_id FROM (
      SELECT a.alert_id, a.rule_id, a.rule_incarnation, a.campaign_id, a.ad_id FROM alerts a
      WHERE a.tenant = $1 AND a.alert_id >= $2 AND a.alert_id < $3 AND a.rule_id = ANY ($4::text[])
      ORDER BY a.alert_id DESC LIMIT 5000
    ) page WHERE \(Planning.withValues) LIMIT $5
    """, name: "alert.cooldowns")

  /// Changes that are older than so many milliseconds, oldest first: milliseconds, limit.
  static let unannounced = PostgresStatement(
    """
    SELECT change_id, envelope FROM alert_changes
    WHERE changed_at <= clock_timestamp() - $1::bigint * interval '1 millisecond'
    ORDER BY changed_at, change_id LIMIT $2
    """, name: "alert.changes")

  /// Takes changes from the outbox: ids.
  static let announced = PostgresStatement(
    "DELETE FROM alert_changes WHERE change_id = ANY ($1::uuid[])", name: "alert.changes.announced")

  /// How many rows lie in each default partition, 100,000 at most.
  static let defaultPartitionRows = PostgresStatement(
    PostgresAlertStore.partitionedTables.map {
      "SELECT '\($0)', (SELECT count(*) FROM (SELECT FROM \($0)_default LIMIT 100000) counted)"
    }.joined(separator: " UNION ALL "), name: "alert.partitions.default")

  /// Makes partitions: table, weeks ahead.
  static let ensurePartitions = PostgresStatement(
    "SELECT tocsin_ensure_partitions($1::text, $2::integer)", name: "alert.partitions")
}
