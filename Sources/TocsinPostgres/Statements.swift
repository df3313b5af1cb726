import PostgresClient
import Support
import TocsinCore

/// The statements of the folder `Statements`. Each file says on top why it is there, what its parameters are, and which
/// columns it gives. What several need is in `Statements/Library` (``Support/EmbeddedText``).
///
/// Statements whose text depends on a query are not there: ``AlertListShape`` and ``DeliveryFilter`` compose them.
enum Statements {
  // MARK: Alerts
  static let alertInsert = statement("alert_insert", PackageResources.alert_insert_sql)
  static let alertInsertDeliveries = statement("alert_insert_deliveries", PackageResources.alert_insert_deliveries_sql)
  static let alertOne = statement("alert_one", PackageResources.alert_one_sql)
  static let alertCurrent = statement("alert_current", PackageResources.alert_current_sql)
  static let alertMany = statement("alert_many", PackageResources.alert_many_sql)
  static let alertNewest = statement("alert_newest", PackageResources.alert_newest_sql)
  static let alertCooldowns = statement("alert_cooldowns", PackageResources.alert_cooldowns_sql)
  static let alertStatistics = statement("alert_statistics", PackageResources.alert_statistics_sql)
  static let campaignStatistics = statement("campaign_statistics", PackageResources.campaign_statistics_sql)
  static let alertAcknowledge = statement("alert_acknowledge", PackageResources.alert_acknowledge_sql)
  static let alertResolve = statement("alert_resolve", PackageResources.alert_resolve_sql)
  static let alertDeliveries = statement("alert_deliveries", PackageResources.alert_deliveries_sql)
  static let alertChanges = statement("alert_changes", PackageResources.alert_changes_sql)
  static let alertChangesAnnounced = statement("alert_changes_announced", PackageResources.alert_changes_announced_sql)

  // MARK: Partitions
  static let ensurePartitions = statement("ensure_partitions", PackageResources.ensure_partitions_sql)
  static let defaultPartitionRows = statement("default_partition_rows", PackageResources.default_partition_rows_sql)

  // MARK: Rules
  static let ruleLock = statement("rule_lock", PackageResources.rule_lock_sql)
  static let ruleOne = statement("rule_one", PackageResources.rule_one_sql)
  static let ruleWrite = statement("rule_write", PackageResources.rule_write_sql)
  static let ruleDelete = statement("rule_delete", PackageResources.rule_delete_sql)
  static let ruleSnapshot = statement("rule_snapshot", PackageResources.rule_snapshot_sql)
  static let ruleHistory = statement("rule_history", PackageResources.rule_history_sql)
  static let ruleSeed = statement("rule_seed", PackageResources.rule_seed_sql)

  // MARK: Nodes
  static let nodeLock = statement("node_lock", PackageResources.node_lock_sql)
  static let nodeRenew = statement("node_renew", PackageResources.node_renew_sql)
  static let nodeConflicts = statement("node_conflicts", PackageResources.node_conflicts_sql)
  static let nodeRegister = statement("node_register", PackageResources.node_register_sql)
  static let nodeWithdraw = statement("node_withdraw", PackageResources.node_withdraw_sql)
  static let nodeAll = statement("node_all", PackageResources.node_all_sql)
  static let nodeDatabase = statement("node_database", PackageResources.node_database_sql)
  static let nodeSystem = statement("node_system", PackageResources.node_system_sql)

  // MARK: Rights
  static let rightsTables = statement("rights_tables", PackageResources.rights_tables_sql)
  static let rightsSchemas = statement("rights_schemas", PackageResources.rights_schemas_sql)
  static let rightsRole = statement("rights_role", PackageResources.rights_role_sql)

  // MARK: Migrations
  static let migrateLock = statement("migrate_lock", PackageResources.migrate_lock_sql)
  static let migrateOwner = statement("migrate_owner", PackageResources.migrate_owner_sql)
  static let migrateExists = statement("migrate_exists", PackageResources.migrate_exists_sql)
  static let migrateApplied = statement("migrate_applied", PackageResources.migrate_applied_sql)
  static let migrateChecksums = statement("migrate_checksums", PackageResources.migrate_checksums_sql)
  static let migrateRecord = statement("migrate_record", PackageResources.migrate_record_sql)
  static let databaseEncoding = statement("database_encoding", PackageResources.database_encoding_sql)
  /// No statement that could be prepared.
  static let migrateTable = source(String(decoding: PackageResources.migrate_table_sql, as: UTF8.self)).text

  private static func statement(_ name: String, _ file: [UInt8]) -> PostgresStatement {
    PostgresStatement(source(String(decoding: file, as: UTF8.self)).text, name: name)
  }

  /// What is sent to the server of a file.
  static func source(_ file: String) -> EmbeddedText {
    EmbeddedText(file, library: library)
  }

  /// The files that others use, by name, and what composed statements need, too.
  static let library = files.merging([
    "alert_columns": AlertColumns.list(of: "a"), "planned_with_values": Planning.withValues,
    "told": NotificationStatus.column,
  ]) { file, _ in file }

  /// The files of `Statements/Library`, by name.
  static let files = [
    "inserted": PackageResources.inserted_sql,
    "node_columns": PackageResources.node_columns_sql,
    "node_disagrees": PackageResources.node_disagrees_sql,
    "rollups": PackageResources.rollups_sql,
  ].mapValues { String(decoding: $0, as: UTF8.self) }
}
