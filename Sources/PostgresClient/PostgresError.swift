/// What went wrong between this process and PostgreSQL.
///
/// The code says what the caller may do; a failed statement also carries the server's SQLSTATE. The
/// description never shows a connection string or a parameter.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
      case invalidConfiguration, connectionFailed, connectionLost, poolTimeout, server, cancelled, decoding, shutdown
    }

    private let kind: Kind

    /// The connection string is not one, or one statement name stands for two texts.
    package static let invalidConfiguration = Self(kind: .invalidConfiguration)
    /// There was no connection; the statement was not sent and may be sent again.
    package static let connectionFailed = Self(kind: .connectionFailed)
    /// The connection broke while the statement ran; it may have been executed.
    package static let connectionLost = Self(kind: .connectionLost)
    /// No connection of the pool became free in time; nothing was sent.
    package static let poolTimeout = Self(kind: .poolTimeout)
    /// The server answered with an error; see ``PostgresError/sqlState``.
    package static let server = Self(kind: .server)
    /// The waiting task was cancelled. The statement was stopped, unless it had ended just before.
    package static let cancelled = Self(kind: .cancelled)
    /// A value is not of the type that was asked for, or cannot be sent as the type that the server expects.
    package static let decoding = Self(kind: .decoding)
    /// The pool or the connection was closed by this process; nothing was sent.
    package static let shutdown = Self(kind: .shutdown)

    /// The code's name, fit for logs and metrics.
    package var description: String { kind.rawValue }
  }

  /// The kind of the failure.
  package let code: Code
  /// The server's five-character SQLSTATE (PostgreSQL documentation, appendix A), if the server answered.
  package let sqlState: String?
  /// The primary message, the server's own where there is one.
  package let message: String
  /// The server's detail. It may quote values of the row that failed.
  package let detail: String?
  /// The name of the violated constraint, if the server named one.
  package let constraint: String?
  /// The name of the statement that failed, if it is known.
  package let statement: String?

  /// A failure, as this module or a test double of it reports it.
  package init(
    _ code: Code,
    _ message: String,
    sqlState: String? = nil,
    detail: String? = nil,
    constraint: String? = nil,
    statement: String? = nil
  ) {
    self.code = code
    self.message = message
    self.sqlState = sqlState
    self.detail = detail
    self.constraint = constraint
    self.statement = statement
  }

  /// Whether the database cannot be used now, so that the same call may succeed later: connection
  /// trouble, no free connection, SQLSTATE classes 08 and 53, 57P0x, and 25006 (a read-only server).
  package var isUnavailable: Bool {
    switch code {
    case .connectionFailed, .connectionLost, .poolTimeout, .shutdown: true
    case .server:
      if let sqlState {
        sqlState.hasPrefix("08") || sqlState.hasPrefix("53") || sqlState.hasPrefix("57P0") || sqlState == "25006"
      } else {
        false
      }
    default: false
    }
  }

  /// Whether the data itself was refused, so that the same call fails again: SQLSTATE classes 22, 23 and 54.
  package var isDataError: Bool {
    guard let sqlState else { return false }
    return sqlState.hasPrefix("22") || sqlState.hasPrefix("23") || sqlState.hasPrefix("54")
  }

  /// The code, the SQLSTATE, the statement's name and the message; not the detail, which may quote data.
  package var description: String {
    var text = "PostgreSQL \(code)"
    if let sqlState { text += " (SQLSTATE \(sqlState))" }
    if let statement { text += " in \(statement)" }
    return text + ": " + message
  }

  /// The same failure with the statement's name.
  func at(_ statement: String) -> PostgresError {
    PostgresError(
      code,
      message,
      sqlState: sqlState,
      detail: detail,
      constraint: constraint,
      statement: self.statement ?? statement
    )
  }
}
