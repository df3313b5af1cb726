import PostgresClient

/// Finds out which rights the role of a connection lacks.
struct RightsCheck {
  private static let tables = PostgresStatement(
    """
    SELECT needed.name, string_agg(needed.permission, ', ' ORDER BY needed.place)
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (name, permission, place)
    WHERE to_regclass(needed.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(needed.name), needed.permission)
    GROUP BY needed.name ORDER BY min(needed.place)
    """, name: "rights.tables")

  /// Tables in a schema that the role may not use look as if they were not there.
  private static let schemas = PostgresStatement(
    """
    SELECT n.nspname FROM unnest(string_to_array(current_setting('search_path'), ',')) WITH ORDINALITY AS s (name, place)
    JOIN pg_namespace n ON n.nspname = replace(btrim(s.name, ' "'), '$user', current_user)
    JOIN pg_class c ON c.relnamespace = n.oid
    WHERE c.relname = 'schema_migrations' AND c.relkind = 'r' AND NOT has_schema_privilege(n.oid, 'USAGE')
    ORDER BY s.place LIMIT 1
    """, name: "rights.schemas")

  private static let role = PostgresStatement("SELECT current_user", name: "rights.role")

  /// What is missing and what to do, as a sentence; nil where nothing is.
  static func sentence(on connection: PostgresConnection) async throws -> String? {
    let role = try await connection.execute(role, []).rows.first.map { try $0.text(0) } ?? ""
    if let schema = try await connection.execute(schemas, []).rows.first.map({ try $0.text(0) }) {
      return """
        The role \(NodeRights.quoted(role)) may not use the schema \(schema). As its owner, run: \
        GRANT USAGE ON SCHEMA \(NodeRights.quoted(schema)) TO \(NodeRights.quoted(role));
        """
    }
    let needed = NodeRights.tables.flatMap { table in table.rights.map { (table.table, $0) } }
    let rows = try await connection.execute(
      tables, [.textArray(needed.map { Optional($0.0) }), .textArray(needed.map { Optional($0.1) })]
    ).rows
    let missing = try rows.map { (table: try $0.text(0), rights: try $0.text(1)) }
    if missing.isEmpty { return nil }
    let names = missing.map { "\($0.rights) on \($0.table)" }.joined(separator: "; ")
    let grants = missing.map { NodeRights.grant($0.rights, on: $0.table, to: role) }.joined(separator: " ")
    return """
      The role \(NodeRights.quoted(role)) lacks these rights: \(names). As the owner of the tables, run: \(grants)
      """
  }
}
