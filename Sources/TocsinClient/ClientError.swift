import TocsinCore

/// Why a request to a Tocsin server did not give what it should.
package struct ClientError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  package struct Code: Sendable, Hashable {
    private enum Kind: Sendable {
      case invalidURL, invalidUser, unreachable, timedOut, connectionLost, notFound, refused, unexpected
    }
    private let kind: Kind
    /// The text is not a server's address.
    package static let invalidURL = Code(kind: .invalidURL)
    /// The client's user is not a name that can be sent: nothing was sent.
    package static let invalidUser = Code(kind: .invalidUser)
    /// No connection could be made: nothing was sent.
    package static let unreachable = Code(kind: .unreachable)
    /// No answer came in time: what was sent may have been done.
    package static let timedOut = Code(kind: .timedOut)
    /// The connection ended before an answer: what was sent may have been done.
    package static let connectionLost = Code(kind: .connectionLost)
    /// The server knows no such id, or no such path.
    package static let notFound = Code(kind: .notFound)
    /// The server answered with another error; see ``ClientError/status`` and ``ClientError/problem``.
    package static let refused = Code(kind: .refused)
    /// The answer is not what a Tocsin server gives.
    package static let unexpectedAnswer = Code(kind: .unexpected)
  }

  /// What kind of trouble it is.
  package var code: Code
  /// Which server it was, where one is meant.
  package var server: ServerAddress?
  /// The HTTP status, where the server answered.
  package var status: Int?
  /// What the server said about it, where it said so.
  package var problem: Problem?
  /// When asking again makes sense, in seconds, where the server said so.
  package var retryAfterSeconds: Int?
  /// What went wrong, for people: no full stop, no advice.
  package var reason: String

  /// An error of these parts.
  package init(
    _ code: Code, server: ServerAddress? = nil, status: Int? = nil, problem: Problem? = nil, reason: String
  ) {
    self.code = code
    self.server = server
    self.status = status
    self.problem = problem
    self.reason = reason
  }

  package var description: String {
    if let server { "\(server): \(reason)" } else { reason }
  }

  static func invalidURL(_ text: some StringProtocol, _ reason: String) -> ClientError {
    // A password may be before the last @.
    let login = text.lastIndex(of: "@").map { text.index(after: $0) }
    let shown = login.map { "•••@\(text[$0...])" } ?? String(text)
    return ClientError(.invalidURL, reason: "\"\(shown)\" is not the address of a server: \(reason)")
  }

  static let invalidUser = ClientError(.invalidUser, reason: "the name of the user \(UserName.demand)")

  static func unexpected(_ server: ServerAddress?, _ reason: String) -> ClientError {
    ClientError(.unexpectedAnswer, server: server, reason: reason)
  }

  /// Whether no server could be talked to at all, as opposed to one that answered.
  package var isUnavailability: Bool {
    code == .unreachable || code == .timedOut || code == .connectionLost
  }
}
