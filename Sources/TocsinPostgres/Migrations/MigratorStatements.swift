import PostgresClient

/// The statements of ``Migrator``. Checksums are SHA-256, computed by PostgreSQL.
enum MigratorStatements {
  /// Held until the transaction ends.
  static let lock = PostgresStatement(
    "SELECT pg_advisory_xact_lock(hashtext('tocsin.migrations'))", name: "migrate.lock")

  /// Made by the first migration's transaction.
  static let table = """
    CREATE TABLE schema_migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      oldest_release text NOT NULL
    )
    """

  /// This role, and the owner of the tables, or of the database where there are none.
  static let owner = PostgresStatement(
    """
    SELECT current_user, pg_get_userbyid(coalesce(
      (SELECT relowner FROM pg_class WHERE oid = to_regclass('schema_migrations')), d.datdba))
    FROM pg_database d WHERE d.datname = current_database()
    """, name: "migrate.owner")

  static let exists = PostgresStatement(
    "SELECT to_regclass('schema_migrations') IS NOT NULL", name: "migrate.exists")

  static let applied = PostgresStatement(
    "SELECT version, name, checksum, oldest_release FROM schema_migrations ORDER BY version", name: "migrate.applied")

  /// The checksum of each text, in their order.
  static let checksums = PostgresStatement(
    """
    SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
    FROM unnest($1::text[]) WITH ORDINALITY AS file (text, place) ORDER BY place
    """, name: "migrate.checksums")

  /// Version, name, text, oldest release.
  static let record = PostgresStatement(
    """
    INSERT INTO schema_migrations (version, name, checksum, oldest_release)
    VALUES ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'), $4)
    """, name: "migrate.record")
}
