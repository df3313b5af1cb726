public import PostgresClient

/// Brings a database's schema up to date. Any number of them may run at once: one works, the others wait.
///
/// Each file runs in a transaction of its own together with its row in `schema_migrations`, so a failure leaves
/// neither, and the next call goes on there.
public struct Migrator: Sendable {
  private let configuration: PostgresConfiguration
  private let migrations: [Migration]
  private let release: String

  /// A migrator of these files.
  /// - Parameters:
  ///   - configuration: where the primary server is; each call opens one connection, without a time limit for statements
  ///   - migrations: what ``Migration/load(folder:)`` read
  ///   - release: the release that runs, `0.1.0`
  public init(configuration: PostgresConfiguration, migrations: [Migration], release: String) {
    var configuration = configuration
    configuration.statementTimeout = .zero
    self.configuration = configuration
    self.migrations = migrations
    self.release = release
  }

  /// How the schema stands; changes nothing. What is pending is what ``migrate()`` would apply.
  public func state() async throws(MigrationError) -> SchemaState {
    try await withConnection { try await state(on: $0) }
  }

  /// Applies what is pending, in order.
  /// - Returns: what this call applied
  /// - Throws: ``MigrationError``, `refused` where the state is ``SchemaState/tooNew(oldestRelease:)`` or
  ///   ``SchemaState/changed(_:)``
  public func migrate() async throws(MigrationError) -> [Migration] {
    try await withConnection { connection in
      var applied: [Migration] = []
      while let migration = try await applyNext(on: connection) { applied.append(migration) }
      return applied
    }
  }

  /// Applies the first pending file under the lock, which is taken anew for each: who waited finds it done.
  private func applyNext(on connection: PostgresConnection) async throws -> Migration? {
    try await connection.withTransaction { connection in
      _ = try await connection.execute(MigratorStatements.lock, [])
      let state = try await state(on: connection)
      guard case .behind(let pending) = state, let next = pending.first else {
        if state == .current { return nil }
        throw MigrationError(.refused, state.sentence)
      }
      do {
        if next.version == 1 { try await connection.executeSimple(MigratorStatements.table) }
        try await connection.executeSimple(next.sql)
        _ = try await connection.execute(
          MigratorStatements.record,
          [.int8(Int64(next.version)), .text(next.name), .text(next.sql), .text(next.oldestRelease)])
      } catch {
        throw MigrationError(error, file: next.file)
      }
      return next
    }
  }

  private func state(on connection: PostgresConnection) async throws -> SchemaState {
    let sums = try await connection.execute(
      MigratorStatements.checksums, [.textArray(migrations.map { Optional($0.sql) })])
    let exists = try await connection.execute(MigratorStatements.exists, []).rows.first.map { try $0.bool(0) } ?? false
    let records = exists ? try await connection.execute(MigratorStatements.applied, []).rows : []
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

  private func withConnection<Value: Sendable>(
    _ body: (PostgresConnection) async throws -> Value
  ) async throws(MigrationError) -> Value {
    do {
      let connection = try await PostgresConnection.connect(configuration)
      let result: Result<Value, any Error>
      do { result = .success(try await body(connection)) } catch { result = .failure(error) }
      await connection.close()
      return try result.get()
    } catch {
      throw MigrationError(error)
    }
  }
}
