import PostgresClient

/// The statements of ``PostgresNodeRegistry``.
enum NodeStatements {
  /// Taken by who registers, until the transaction ends.
  static let lock = PostgresStatement("SELECT pg_advisory_xact_lock(hashtext('tocsin.nodes'))", name: "node.lock")

  private static let columns = """
    o.node, o.redis_prefix, o.redis_server, o.redis_identity, o.version, o.started_at, o.seen_at
    """

  /// Since when a registration lasts that has the milliseconds of that parameter.
  private static func start(_ parameter: String) -> String {
    "clock_timestamp() - \(parameter)::bigint * interval '1 millisecond'"
  }

  /// Whether a node of the alias `o` is there and has other values than `$2` and `$3`.
  private static let disagrees = """
    o.node <> $1 AND o.seen_at > \(start("$4"))
      AND (o.redis_prefix <> $2 OR o.redis_identity <> $3::text)
    """

  /// Renews a registration that lasts: node, prefix, Redis identity, milliseconds. Gives no row where there is none, and else one for
  /// each earlier node that disagrees, or one of NULLs.
  static let renew = PostgresStatement(
    """
    WITH renewed AS (
      UPDATE nodes SET seen_at = clock_timestamp(), redis_identity = coalesce($3::text, redis_identity)
      WHERE node = $1 AND seen_at > \(start("$4"))
      RETURNING registration
    )
    SELECT \(columns) FROM renewed LEFT JOIN nodes o ON o.registration < renewed.registration AND \(disagrees)
    """, name: "node.renew")

  /// Who disagrees: node, prefix, Redis identity, milliseconds. Under ``lock``.
  static let conflicts = PostgresStatement(
    "SELECT \(columns) FROM nodes o WHERE \(disagrees) ORDER BY o.registration", name: "node.conflicts")

  /// Registers: node, prefix, Redis identity, server, version. Under ``lock``; forgets who has been gone for a day.
  static let register = PostgresStatement(
    """
    WITH forgotten AS (
      DELETE FROM nodes WHERE seen_at < clock_timestamp() - interval '1 day' AND node <> $1
    )
    INSERT INTO nodes (node, registration, redis_prefix, redis_identity, redis_server, version, seen_at)
    SELECT $1, coalesce(max(registration), 0) + 1, $2, $3::text, $4, $5, clock_timestamp() FROM nodes
    ON CONFLICT (node) DO UPDATE SET registration = excluded.registration, redis_prefix = excluded.redis_prefix,
      redis_identity = excluded.redis_identity, redis_server = excluded.redis_server, seen_at = excluded.seen_at
    """, name: "node.register")

  /// Ends a registration: node.
  static let withdraw = PostgresStatement("DELETE FROM nodes WHERE node = $1", name: "node.withdraw")

  /// Who is registered: milliseconds.
  static let all = PostgresStatement(
    "SELECT \(columns) FROM nodes o WHERE o.seen_at > \(start("$1")) ORDER BY o.registration", name: "node.all")

  /// What tells this database from others, and what it is called. The numbers of database and table make a copy another
  /// one.
  static let database = PostgresStatement(
    """
    SELECT i.value || '.' || d.oid || '.' || 'installation'::regclass::oid,
      format('"%s", schema "%s" at %s', d.datname, n.nspname,
        coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'a Unix socket'))
    FROM installation i, pg_database d, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.key = 'cluster.id' AND d.datname = current_database() AND c.oid = 'installation'::regclass
    """, name: "node.database")

  /// The number of the server's data, which replicas and backups share. Some providers allow it to nobody.
  static let system = PostgresStatement("SELECT system_identifier::text FROM pg_control_system()", name: "node.system")
}
