extension PostgresConnection {
  /// Runs the body between `BEGIN` and `COMMIT`; when it throws, or the commit is refused, `ROLLBACK`.
  /// - Throws: what the body throws, or ``PostgresError``: `connectionLost` at the commit means that it
  ///   may have been executed
  package nonisolated func withTransaction<T: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> T
  ) async throws -> T {
    try await executeSimple("BEGIN")
    return try await finishTransaction(body)
  }

  /// Runs the body within the transaction that has begun, and ends it.
  nonisolated func finishTransaction<T: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> T
  ) async throws -> T {
    do {
      let value = try await body(self)
      try await commit()
      return value
    } catch {
      await rollBack()
      throw error
    }
  }

  /// The server answers the `COMMIT` of a failed transaction with `ROLLBACK` and no error.
  private func commit() async throws(PostgresError) {
    let command = try await cancellable { (connection) throws(PostgresError) in
      try connection.command("COMMIT")
    }
    guard command == "COMMIT" else {
      throw PostgresError(
        .server,
        "the transaction was rolled back: a statement in it had failed",
        sqlState: "25P02"
      )
    }
  }

  /// Ends a transaction even for a cancelled task; a connection that cannot do that closes.
  private func rollBack() {
    guard health == .inTransaction else { return }
    do throws(PostgresError) {
      _ = try command("ROLLBACK")
    } catch {
      drop()
    }
  }
}
