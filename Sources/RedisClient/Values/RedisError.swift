/// What went wrong with a command or a connection, and whether the command may have taken effect.
///
/// The message never holds a password.
package struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of a failure.
  package struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case invalidURL, notConnected, connectionLost, timeout, serverError, away, unexpectedReply, shutdown
    }

    private let kind: Kind

    /// A URL that is not one of a Redis server.
    package static let invalidURL = Code(kind: .invalidURL)
    /// There was no connection: the command was not sent and is safe to repeat.
    package static let notConnected = Code(kind: .notConnected)
    /// The connection was lost with the command in flight: it may have been executed.
    package static let connectionLost = Code(kind: .connectionLost)
    /// No reply came in time: the command may have been executed.
    package static let timeout = Code(kind: .timeout)
    /// The server answered with an error; the message is the server's own text.
    package static let serverError = Code(kind: .serverError)
    /// The server cannot serve now (`LOADING`, `READONLY`, `MASTERDOWN`, `CLUSTERDOWN`, `TRYAGAIN`); the connection is
    /// closed and made anew, and may lead to another server then.
    package static let away = Code(kind: .away)
    /// The server sent something that is not a reply to what was asked: the command may have been executed.
    package static let unexpectedReply = Code(kind: .unexpectedReply)
    /// The client was shut down: the command was not sent.
    package static let shutdown = Code(kind: .shutdown)

    /// The name of the code, as in the source.
    package var description: String { kind.rawValue }
  }

  /// The kind of the failure.
  package let code: Code
  /// What happened, for people; for ``Code/serverError`` and ``Code/away`` the server's text.
  package let message: String
  /// Whether the command may have taken effect although this error is all that is known of it.
  ///
  /// An error reply is an outcome, not a doubt: `false` (what a script wrote before its error stays written).
  package let mayHaveBeenExecuted: Bool

  /// A failure; whether the command may have been executed follows from the code.
  package init(_ code: Code, _ message: String) {
    self.init(
      code, message,
      mayHaveBeenExecuted: code == .connectionLost || code == .timeout || code == .unexpectedReply)
  }

  init(_ code: Code, _ message: String, mayHaveBeenExecuted: Bool) {
    self.code = code
    self.message = message
    self.mayHaveBeenExecuted = mayHaveBeenExecuted
  }

  /// Code and message, and the warning where the command may have been executed.
  package var description: String {
    "\(code): \(message)\(mayHaveBeenExecuted ? " (the command may have been executed)" : "")"
  }
}

extension RedisError {
  /// The failure that an error reply stands for.
  init(reply text: String) {
    self.init(Self.saysAway(text) ? .away : .serverError, text)
  }

  /// Whether an error reply says that this server cannot serve for now, whatever the command.
  ///
  /// Up to Redis 6 a script's error wraps that of the command that it called.
  static func saysAway(_ text: String) -> Bool {
    let words = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"]
    let first = text.prefix { $0 != " " }
    if words.contains(where: { $0 == first }) { return true }
    guard text.hasPrefix("ERR Error running script") else { return false }
    return text.utf8.split(separator: UInt8(ascii: " ")).contains { part in
      words.contains { part.elementsEqual("-\($0)".utf8) }
    }
  }
}
