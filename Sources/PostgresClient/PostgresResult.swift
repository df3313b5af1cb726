/// What a statement gave.
package struct PostgresResult: Sendable {
  /// The rows; they read their values from libpq's own memory, which lives as long as one of them.
  package let rows: [PostgresRow]
  /// How many rows the statement inserted, updated, deleted or selected.
  package let affected: Int

  private let storage: ResultStorage

  init(_ storage: ResultStorage) {
    self.storage = storage
    rows = (0..<storage.handle.rowCount).map { PostgresRow(storage: storage, row: Int32($0)) }
    affected = storage.handle.affected
  }

  /// The columns' names, in order.
  package var columns: [String] {
    (0..<storage.handle.columnCount).map { storage.handle.columnName($0) }
  }
}

/// Shares one result between its rows.
final class ResultStorage: Sendable {
  let handle: ResultHandle

  init(_ handle: consuming ResultHandle) {
    self.handle = handle
  }
}
