import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct EncodingTests {
  @Test(arguments: ["LATIN1", "SQL_ASCII"])
  func anotherEncodingIsRefusedWithTheStatementThatHelps(_ encoding: String) async throws {
    let server = try await PostgresConnection.connect(try TestDatabase.empty())
    let name = "text_\(encoding.lowercased())"
    try await server.executeSimple("CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'")
    let url = try TestDatabase.url(of: name)
    let migrator = Migrator(
      configuration: try TestDatabase.configuration(url), migrations: try TestDatabase.migrations(), release: "0.1.0")
    for attempt in 0..<2 {
      let error = await #expect(throws: MigrationError.self) {
        if attempt == 0 { _ = try await migrator.migrate() } else { _ = try await migrator.state() }
      }
      #expect(error?.code == .refused)
      let text = error?.description ?? ""
      #expect(text.contains(name) && text.contains(encoding) && text.contains(DatabaseEncoding.remedy(for: name)))
    }
    // The statement of the sentence makes a database that works.
    try await server.executeSimple(DatabaseEncoding.remedy(for: name))
    await server.close()
    let right = try TestDatabase.configuration(try TestDatabase.url(of: name + "_utf8"))
    _ = try await Migrator(configuration: right, migrations: try TestDatabase.migrations(), release: "0.1.0").migrate()
    try await TestDatabase.with(pools: right) { stores in
      let alert = Samples.alert(at: try await stores.now(), campaign: "🌷")
      try await stores.alerts.insert(Samples.stored([alert]))
      #expect(try await stores.alerts.alert(alert.alertID, tenant: .standard) == alert)
    }
  }

  @Test func theClientsEncodingIsUTF8Whatever() async throws {
    let server = try await PostgresConnection.connect(try TestDatabase.empty())
    let name = "text_client"
    try await server.executeSimple("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    await server.close()
    for more in ["", "?client_encoding=LATIN1", "?options=-c%20client_encoding%3DLATIN1"] {
      let connection = try await PostgresConnection.connect(
        try TestDatabase.configuration(try TestDatabase.url(of: name) + more))
      let rows = try await connection.execute(PostgresStatement("SHOW client_encoding", name: "encoding"), []).rows
      #expect(try rows[0].text(0) == "UTF8")
      await connection.close()
    }
  }
}
