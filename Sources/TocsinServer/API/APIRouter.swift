import Logging
import NIOCore
import NIOHTTP1
import TocsinCore

/// Finds the endpoint of a request, and turns whatever it throws into an answer.
struct APIRouter: Sendable {
  private let table: RouteTable
  private let names: [String: Operation.Names]
  private let logger: Logger

  init(_ endpoints: [Endpoint], logger: Logger) {
    table = RouteTable(endpoints)
    names = Dictionary(endpoints.map { ($0.operation.id, $0.operation.names) }) { first, _ in first }
    self.logger = logger
  }

  /// Answers a request.
  func respond(to request: Request) async -> Response {
    guard request.head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      let problem = Problem(400, "the request target holds bytes that must be percent-encoded")
      return .answer(problem.answer(instance: "/", id: request.id))
    }
    let target = RequestTarget(request.head.uri)
    switch table.match(request.head.method, target.path) {
    case .found(let endpoint, let parameters): return await serve(request, target, endpoint, parameters)
    case .otherMethods(let methods):
      var problem = Problem(405, "this path does not take \(request.head.method.rawValue)")
      problem.headers = [("allow", methods.joined(separator: ", "))]
      return .answer(problem.answer(instance: String(target.path), id: request.id))
    case .nothing:
      let problem = Problem(404, "there is nothing at this path")
      return .answer(problem.answer(instance: String(target.path), id: request.id))
    }
  }

  private func serve(
    _ request: Request, _ target: RequestTarget, _ endpoint: Endpoint, _ parameters: [(name: String, value: Substring)]
  ) async -> Response {
    do {
      let asked = try APIRequest(
        request, query: String(target.query), parameters: parameters, names: names[endpoint.operation.id] ?? .init())
      // Pages may send forms and plain text anywhere without asking; nothing is changed by these, not even by empty ones.
      if endpoint.method != .GET, !asked.isJSON, asked.body.readableBytes > 0 || asked.hasContentType {
        throw Problem.notJSON
      }
      // Those that have parameters read them.
      if asked.names.query.isEmpty { try asked.queryParameters().finish() }
      if endpoint.operation.body == nil { try asked.refuseMembers() }
      return try await endpoint.handler(asked).of(route: endpoint.path)
    } catch {
      let problem = Problem(any: error)
      if problem.status == 500 {
        logger.error(
          "a request failed",
          metadata: ["route": "\(endpoint.path)", "request_id": "\(request.id)", "error": "\(error)"])
      }
      let answer = problem.answer(instance: String(target.path), id: request.id)
      return Response.answer(answer).of(route: endpoint.path)
    }
  }
}

/// A request's target (RFC 9112, 3.2): a path with a query, or the same behind a scheme and a host.
struct RequestTarget {
  var path: Substring
  /// What stands behind the `?`; empty where there is none.
  var query: Substring

  init(_ uri: String) {
    var rest = uri[...]
    if rest.first != "/", let mark = rest.firstRange(of: "://") {
      rest = rest[mark.upperBound...]
      rest = rest.firstIndex { $0 == "/" || $0 == "?" }.map { rest[$0...] } ?? ""
    }
    let mark = rest.firstIndex(of: "?")
    path = rest[..<(mark ?? rest.endIndex)]
    query = mark.map { rest[rest.index(after: $0)...] } ?? ""
  }
}

extension Response {
  /// This response of that route's template.
  fileprivate func of(route: String) -> Response {
    switch self {
    case .quiet: return self
    case .answer(var answer):
      answer.route = route
      return .answer(answer)
    case .streamed(var answer):
      answer.route = route
      return .streamed(answer)
    }
  }
}
