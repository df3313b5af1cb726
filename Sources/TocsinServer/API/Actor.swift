import NIOHTTP1
import TocsinCore

/// Who makes the change that a request asks for. This is the one place that decides it.
///
/// It is the principal's user. Where the principal has none, as there is no access control yet, it is what the client says:
/// the header `X-Tocsin-User`, and for alerts a `user_id` in the body or message, which goes first.
struct Actor: Sendable, Hashable {
  /// The header's name, as people write it.
  static let header = "X-Tocsin-User"

  /// The user; nil where nobody is named.
  let name: String?
  /// Whether the user is the principal's, so that nobody else can be named.
  let isKnown: Bool

  /// An actor of that name that a client claims.
  init(name: String?) {
    self.name = name
    isKnown = false
  }

  /// Reads the header of a request, or of a WebSocket handshake: who acts by messages that name nobody.
  /// - Throws: 422 where it is no name, or there are several
  init(_ principal: Principal, _ headers: HTTPHeaders) throws(Problem) {
    let values = headers[Actor.header]
    guard values.count <= 1 else { throw Actor.problem("must be given once") }
    if let value = values.first, !UserName.isValid(value) { throw Actor.problem(UserName.demand) }
    name = principal.user ?? values.first
    isKnown = principal.user != nil
  }

  private static func problem(_ detail: String) -> Problem {
    let fault = Problem.Fault(pointer: "/" + header.lowercased(), detail: detail, parameter: header)
    return Problem(422, "the header \(header) \(detail)", faults: [fault])
  }

  /// Who changes a rule.
  var ofRules: String { name ?? "api" }

  /// Who changes an alert; nil where nobody is named.
  /// - Parameter user: whom the body or message names
  func ofAlerts(named user: String?) -> String? { isKnown ? name : user ?? name }
}
