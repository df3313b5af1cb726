import PostgresClient
import TocsinCore

extension StoreError {
  /// What a failure of PostgreSQL means to the caller of a port. Its message has no values: the server's detail,
  /// which quotes rows, is left out.
  init(_ error: PostgresError) {
    let code: Code =
      if error.isUnavailable || error.code == .cancelled || StoreError.isTransient(error) {
        .unavailable
      } else if error.sqlState == "42501" {
        .denied
      } else if error.isDataError {
        .data
      } else {
        .failed
      }
    let hint = code == .denied ? NodeRights.hint(for: error.message) ?? "" : ""
    self.init(
      code, backend: "postgresql", message: error.description + hint, shortage: StoreError.shortage(of: error))
  }

  /// What the server lacks, by SQLSTATE (PostgreSQL documentation, appendix A); nil where it says nothing of that.
  private static func shortage(of error: PostgresError) -> Shortage? {
    switch error.sqlState {
    case "53100": .postgresDisk
    case "53200": .postgresMemory
    case "53300": .postgresConnections
    case "25006": .postgresReadOnly
    default: nil
    }
  }

  /// The same for what the body of a transaction threw.
  init(wrapping error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case let error as PostgresError: self.init(error)
    case let row as ForeignRow: self = .foreign(row)
    case is CancellationError: self.init(.unavailable, backend: "postgresql", message: "the task was cancelled")
    default: self.init(.failed, backend: "postgresql", message: "unexpected error of type \(type(of: error))")
    }
  }

  /// A row that was asked for by its id cannot be read.
  static func foreign(_ row: ForeignRow) -> StoreError {
    StoreError(.foreign, backend: "postgresql", message: "\(row.what) cannot be read: \(row.reason)")
  }

  /// What is stored cannot be read: written by a newer release, or by other hands.
  static func unreadable(_ what: String) -> StoreError {
    StoreError(.failed, backend: "postgresql", message: "cannot read \(what)")
  }

  /// Serialization failures and deadlocks (class 40), a lock that was not free in time (55P03), a statement that took
  /// too long (57014), and a row that met a change of the partitions (23514 without a constraint's name): the same
  /// request may well succeed later.
  private static func isTransient(_ error: PostgresError) -> Bool {
    guard let state = error.sqlState else { return false }
    return state.hasPrefix("40") || state == "55P03" || state == "57014"
      || state == "23514" && error.constraint == nil
  }
}
