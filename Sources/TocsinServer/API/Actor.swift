import HTTPTypes
import NIOHTTP1
import TocsinCore

extension HTTPField.Name {
  /// ``Actor/header``.
  fileprivate static let user = HTTPField.Name(Actor.header)!
}

/// Who makes the change that a request asks for. This is the one place that decides it.
///
/// There is no access control yet, so it is what the client says: the header `X-Tocsin-User`, and for alerts a
/// `user_id` in the body or message, which goes first.
struct Actor: Sendable, Hashable {
  /// The header's name, as people write it.
  static let header = "X-Tocsin-User"

  /// What the header says; nil where there is none.
  let name: String?

  /// An actor of that name.
  init(name: String?) {
    self.name = name
  }

  /// Reads the header.
  /// - Throws: 422 where it is no name, or there are several
  init(_ headers: HTTPFields) throws(Problem) {
    try self.init(values: headers[values: .user])
  }

  /// The same of a WebSocket handshake: who acts by messages that name nobody.
  init(_ headers: HTTPHeaders) throws(Problem) {
    try self.init(values: headers[Actor.header])
  }

  private init(values: [String]) throws(Problem) {
    guard values.count <= 1 else { throw Actor.problem("must be given once") }
    if let value = values.first, !UserName.isValid(value) { throw Actor.problem(UserName.demand) }
    self.init(name: values.first)
  }

  private static func problem(_ detail: String) -> Problem {
    let fault = Problem.Fault(pointer: "/" + header.lowercased(), detail: detail, parameter: header)
    return Problem(422, "the header \(header) \(detail)", faults: [fault])
  }

  /// Who changes a rule.
  var ofRules: String { name ?? "api" }

  /// Who changes an alert; nil where nobody is named.
  /// - Parameter user: whom the body or message names
  func ofAlerts(named user: String?) -> String? { user ?? name }
}
