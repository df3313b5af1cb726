package import PostgresClient

/// Brings a database's schema up to date. Any number of them may run at once: one works, the others wait.
///
/// Each file runs in a transaction of its own together with its row in `schema_migrations`, so a failure leaves
/// neither, and the next call goes on there.
package struct Migrator: Sendable {
  private let configuration: PostgresConfiguration
  private let migrations: [Migration]
  private let release: String

  /// A migrator of these files.
  /// - Parameters:
  ///   - configuration: where the primary server is; each call opens one connection, without a time limit for statements
  ///   - migrations: what ``Migration/load(folder:)`` read
  ///   - release: the release that runs, `0.1.0`
  package init(configuration: PostgresConfiguration, migrations: [Migration], release: String) {
    var configuration = configuration
    configuration.statementTimeout = .zero
    self.configuration = configuration
    self.migrations = migrations
    self.release = release
  }

  /// How the schema stands; changes nothing. What is pending is what ``migrate()`` would apply.
  /// - Throws: ``MigrationError``, `refused` where the database is not UTF-8, or the role may not look
  package func state() async throws(MigrationError) -> SchemaState {
    try await withConnection(explaining: RightsCheck.sentence) { try await state(on: $0) }
  }

  /// Whether the role of the connection may do all that a node does (``NodeRights``).
  /// - Throws: ``MigrationError``, `refused` with the missing rights and the statements that give them
  package func requireRights() async throws(MigrationError) {
    try await withConnection(explaining: RightsCheck.sentence) { connection in
      if let sentence = try await RightsCheck.sentence(on: connection) { throw MigrationError(.refused, sentence) }
    }
  }

  /// For how many weeks ``makePartitions()`` makes partitions ahead. Nodes whose role may make none do without for as long.
  package static let weeksAhead = 12

  /// Makes the weekly partitions that are missing. Each table may be waited for repeatedly: nodes that write go first.
  /// - Returns: how many were made
  package func makePartitions() async throws(MigrationError) -> Int {
    try await withConnection(explaining: Migrator.ownerSentence) { connection in
      var made = 0
      for table in PostgresAlertStore.partitionedTables {
        made += try await makePartitions(of: table, on: connection, attempts: 20)
      }
      return made
    }
  }

  private func makePartitions(
    of table: String, on connection: PostgresConnection, attempts: Int
  ) async throws -> Int {
    let parameters: [PostgresValue] = [.text(table), .int8(Int64(Migrator.weeksAhead))]
    do throws(PostgresError) {
      let rows = try await connection.execute(Statements.ensurePartitions, parameters).rows
      return try rows.first.map { (row) throws(PostgresError) in Int(try row.int8(0)) } ?? 0
    } catch {
      // The table was in use for half a second.
      guard error.sqlState == "55P03" else { throw error }
      guard attempts > 1 else { throw MigrationError(.unavailable, "the table \(table) is in use; try again later") }
      return try await makePartitions(of: table, on: connection, attempts: attempts - 1)
    }
  }

  /// Applies what is pending, in order.
  /// - Returns: what this call applied
  /// - Throws: ``MigrationError``, `refused` where the state is ``SchemaState/tooNew(oldestRelease:)`` or
  ///   ``SchemaState/changed(_:)``, or the database is not UTF-8
  package func migrate() async throws(MigrationError) -> [Migration] {
    try await withConnection(explaining: Migrator.ownerSentence) { connection in
      var applied: [Migration] = []
      while let migration = try await applyNext(on: connection) { applied.append(migration) }
      return applied
    }
  }

  /// Applies the first pending file under the lock, which is taken anew for each: who waited finds it done.
  private func applyNext(on connection: PostgresConnection) async throws -> Migration? {
    try await connection.withTransaction { connection in
      _ = try await connection.execute(Statements.migrateLock, [])
      let state = try await state(on: connection)
      guard case .behind(let pending) = state, let next = pending.first else {
        if state == .current { return nil }
        throw MigrationError(.refused, state.sentence)
      }
      do {
        if next.version == 1 { try await connection.executeSimple(Statements.migrateTable) }
        try await connection.executeSimple(next.sql)
        _ = try await connection.execute(
          Statements.migrateRecord,
          [.int8(Int64(next.version)), .text(next.name), .text(next.sql), .text(next.oldestRelease)])
      } catch {
        throw MigrationError(error, file: next.file)
      }
      return next
    }
  }

  private func state(on connection: PostgresConnection) async throws -> SchemaState {
    let sums = try await connection.execute(
      Statements.migrateChecksums, [.textArray(migrations.map { Optional($0.sql) })])
    let exists = try await connection.execute(Statements.migrateExists, []).rows.first.map { try $0.bool(0) } ?? false
    // Also tables of a schema that the role may not use are not there.
    if !exists, let sentence = try await RightsCheck.sentence(on: connection) {
      throw MigrationError(.refused, sentence)
    }
    let records = exists ? try await connection.execute(Statements.migrateApplied, []).rows : []
    return SchemaState(
      files: migrations,
      checksums: try sums.rows.map { try $0.text(0) },
      applied: try records.map { row in
        AppliedMigration(
          version: Int(try row.int8(0)), name: try row.text(1), checksum: try row.text(2),
          oldestRelease: try row.text(3))
      },
      release: release)
  }

  /// Says as whom `tocsin migrate` has to run.
  private static func ownerSentence(on connection: PostgresConnection) async throws -> String? {
    let names = try await connection.execute(Statements.migrateOwner, []).rows.first.map {
      (role: try $0.text(0), owner: try $0.text(1))
    }
    guard let names else { return nil }
    return """
      The role \(NodeRights.quoted(names.role)) may not change the schema: run `tocsin migrate` as the owner, \
      \(NodeRights.quoted(names.owner)).
      """
  }

  /// - Parameter explain: what is said where the role lacks a right
  private func withConnection<Value: Sendable>(
    explaining explain: (PostgresConnection) async throws -> String?,
    _ body: (PostgresConnection) async throws -> Value
  ) async throws(MigrationError) -> Value {
    do {
      let connection = try await PostgresConnection.connect(configuration)
      let result: Result<Value, any Error>
      do {
        try await DatabaseEncoding.check(connection)
        result = .success(try await body(connection))
      } catch {
        let failure = MigrationError(error)
        let sentence = failure.lacksRight ? try? await explain(connection) : nil
        result = .failure((sentence ?? nil).map { MigrationError(.refused, "\($0) (\(failure))") } ?? failure)
      }
      await connection.close()
      return try result.get()
    } catch {
      throw MigrationError(error)
    }
  }
}
