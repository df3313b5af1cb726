import PostgresClient

/// Finds out which rights the role of a connection lacks.
struct RightsCheck {
  /// What is missing and what to do, as a sentence; nil where nothing is.
  static func sentence(on connection: PostgresConnection) async throws -> String? {
    let role = try await connection.execute(Statements.rightsRole, []).rows.first.map { try $0.text(0) } ?? ""
    if let schema = try await connection.execute(Statements.rightsSchemas, []).rows.first.map({ try $0.text(0) }) {
      return """
        The role \(NodeRights.quoted(role)) may not use the schema \(schema). As its owner, run: \
        GRANT USAGE ON SCHEMA \(NodeRights.quoted(schema)) TO \(NodeRights.quoted(role));
        """
    }
    let needed = NodeRights.tables.flatMap { table in table.rights.map { (table.table, $0) } }
    let rows = try await connection.execute(
      Statements.rightsTables, [.textArray(needed.map { Optional($0.0) }), .textArray(needed.map { Optional($0.1) })]
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
