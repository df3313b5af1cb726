import PostgresClient

/// In which encoding a database stores text.
enum DatabaseEncoding {
  /// Refuses a database that cannot store every text: one 🌷 in a campaign's name, and PostgreSQL would refuse the alert.
  /// - Throws: ``MigrationError`` with `refused`
  static func check(_ connection: PostgresConnection) async throws {
    guard let row = try await connection.execute(Statements.databaseEncoding, []).rows.first else { return }
    let (name, encoding) = (try row.text(0), try row.text(1))
    if encoding == "UTF8" { return }
    throw MigrationError(.refused, refusal(of: name, encoding: encoding))
  }

  /// The sentence, with the statement that makes a database that can.
  static func refusal(of name: String, encoding: String) -> String {
    """
    The database \(name) has the encoding \(encoding), which cannot store every character. Make one with the encoding \
    UTF8 and set DATABASE_URL to it: \(remedy(for: name))
    """
  }

  static func remedy(for name: String) -> String {
    "CREATE DATABASE \(NodeRights.quoted(name + "_utf8")) TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';"
  }
}
