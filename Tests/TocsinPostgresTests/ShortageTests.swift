import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

/// A server that is there and takes no alerts.
@Suite struct ShortageTests {
  /// Lets every insert of an alert fail with that SQLSTATE.
  private func refuse(_ state: String, in pool: PostgresPool) async throws {
    for text in [
      """
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '\(state)'; END$$
      """,
      "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON alerts FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    ] {
      try await run(text, on: pool)
    }
  }

  private func run(_ text: String, on pool: PostgresPool) async throws {
    try await pool.withTransaction { try await $0.executeSimple(text) }
  }

  @Test(arguments: [
    ("53100", Shortage.postgresDisk), ("53200", .postgresMemory), ("53300", .postgresConnections),
    ("25006", .postgresReadOnly),
  ])
  func whatIsLackingIsNamed(state: String, shortage: Shortage) async throws {
    try await TestDatabase.with { stores in
      try await stores.alerts.checkWrites()
      try await refuse(state, in: stores.pool)
      do throws(StoreError) {
        try await stores.alerts.checkWrites()
        Issue.record("the probe was not refused")
      } catch {
        #expect(error.code == .unavailable)
        #expect(error.shortage == shortage)
      }
      try await run("DROP TRIGGER refuse ON alerts", on: stores.pool)
      try await stores.alerts.checkWrites()
      let count = try await stores.pool.execute(PostgresStatement("SELECT count(*) FROM alerts", name: "count"), [])
      #expect(try count.rows.first?.int8(0) == 0)
    }
  }
}
