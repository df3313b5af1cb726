import PostgresClient
import TocsinCore

extension PostgresPool {
  /// Runs one statement; failures are the port's.
  func run(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws(StoreError) -> PostgresResult {
    do throws(PostgresError) {
      return try await execute(statement, parameters)
    } catch {
      throw StoreError(error)
    }
  }

  /// Runs one statement and reads each row.
  func rows<Value>(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = [],
    _ read: (PostgresRow) throws -> Value
  ) async throws(StoreError) -> [Value] {
    let result = try await run(statement, parameters)
    do {
      return try result.rows.map(read)
    } catch {
      throw StoreError(wrapping: error)
    }
  }

  /// Runs the body in one transaction; failures are the port's.
  func inTransaction<Value: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws(StoreError) -> Value {
    do {
      return try await withTransaction(body)
    } catch {
      throw StoreError(wrapping: error)
    }
  }
}
