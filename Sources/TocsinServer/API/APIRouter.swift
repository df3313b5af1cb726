import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Support
import TocsinCore

/// Finds the endpoint of a request, by Hummingbird's router, and turns whatever it throws into an answer.
struct APIRouter: Sendable {
  private let endpoints: [Endpoint]
  private let responder: RouterResponder<BasicRequestContext>
  private let logger: Logger

  init(_ endpoints: [Endpoint], logger: Logger) {
    self.endpoints = endpoints
    self.logger = logger
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: UnknownRoutes(routes: endpoints.map { ($0.method, $0.path) }))
    for endpoint in endpoints {
      let names = endpoint.operation.names
      router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
        await APIRouter.run(endpoint, names, request, context).response(route: endpoint.path)
      }
    }
    responder = router.buildResponder()
  }

  /// Answers a request.
  func respond(to request: RequestSequence.Request, on channel: any Channel) async -> Answer {
    guard request.head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      let method = HTTPRequest.Method(request.head.method.rawValue)
    else { return Problem(400, "the request target holds bytes that must be percent-encoded").answer(instance: "/") }
    let head = HTTPRequest(
      method: method, scheme: "http", authority: request.head.headers.first(name: "host"), path: request.head.uri,
      headerFields: HTTPFields(request.head.headers, splitCookie: false))
    let source = ApplicationRequestContextSource(channel: channel, logger: logger)
    do {
      let response = try await responder.respond(
        to: Request(head: head, body: RequestBody(buffer: request.body)), context: BasicRequestContext(source: source))
      return try await Answer(response, isHead: method == .head)
    } catch {
      logger.error("a request failed", metadata: ["error": "\(error)"])
      return Problem(500, "an internal error happened").answer(instance: "/")
    }
  }

  private static func run(
    _ endpoint: Endpoint, _ names: Operation.Names, _ request: Request, _ context: BasicRequestContext
  ) async -> Answer {
    do {
      let query = request.uri.query ?? ""
      // Those that have parameters read them.
      if names.query.isEmpty { try QueryParameters(query, known: []).finish() }
      var parameters: [String: String] = [:]
      for (name, raw) in context.parameters {
        guard let value = PercentCoding.decode(raw) else {
          throw Problem(400, "the path is not percent-encoded UTF-8")
        }
        parameters[String(name)] = value
      }
      let contentType = request.headers[.contentType]
      let isJSON = contentType.map(RequestTraits.isJSON) ?? false
      let body = try await request.body.collect(upTo: .max)
      // Pages may send forms and plain text anywhere without asking; nothing is changed by these, not even by empty ones.
      if endpoint.method != .get, !isJSON, body.readableBytes > 0 || contentType != nil { throw Problem.notJSON }
      let asked = APIRequest(
        parameters: parameters, query: query, headers: request.headers, isJSON: isJSON, body: body, names: names)
      if endpoint.operation.body == nil { try asked.refuseMembers() }
      return try await endpoint.handler(asked)
    } catch {
      let problem = Problem(any: error)
      if problem.status == 500 {
        context.logger.error("a request failed", metadata: ["route": "\(endpoint.path)", "error": "\(error)"])
      }
      return problem.answer(instance: request.uri.path)
    }
  }
}

/// Answers requests that no endpoint takes: 405 where only the method is wrong, else 404.
private struct UnknownRoutes: RouterMiddleware {
  typealias Context = BasicRequestContext

  let routes: [(method: HTTPRequest.Method, path: [Substring])]

  init(routes: [(HTTPRequest.Method, String)]) {
    self.routes = routes.map { ($0.0, $0.1.split(separator: "/")) }
  }

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      let methods = allowed(request.uri.path)
      if methods.isEmpty {
        return Problem(404, "there is nothing at this path").answer(instance: request.uri.path).response(route: "")
      }
      var problem = Problem(405, "this path does not take \(request.method.rawValue)")
      problem.headers = [("allow", methods.joined(separator: ", "))]
      return problem.answer(instance: request.uri.path).response(route: "")
    }
  }

  /// The methods of the most literal template that a path matches.
  private func allowed(_ path: String) -> [String] {
    let components = path.split(separator: "/")
    let matching = routes.filter { route in
      route.path.count == components.count
        && zip(route.path, components).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
    func parameters(_ path: [Substring]) -> Int { path.count { $0.hasPrefix("{") } }
    guard let best = matching.min(by: { parameters($0.path) < parameters($1.path) }) else { return [] }
    var methods = matching.filter { $0.path == best.path }.map(\.method.rawValue)
    if methods.contains("GET") { methods.append("HEAD") }
    return methods.sorted()
  }
}
