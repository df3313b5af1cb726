import Logging
import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

/// Sends requests to the router of an engine.
struct APIClient: Sendable {
  /// An answer, read.
  struct Reply: Sendable {
    var status: Int
    var contentType: String?
    var headers: [String: String]
    var json: JSON
    var text: String

    subscript(key: String) -> JSON? { json.object?[key] }
  }

  let router: APIRouter
  /// Who sends.
  var principal = Principal.anonymous

  init(_ engine: Engine, budget: ByteBudget? = nil) {
    router = APIRouter(APIEndpoints.all(engine, budget: budget), logger: Logger(label: "test"))
  }

  /// Sends a request.
  func send(
    _ method: HTTPMethod, _ target: String, _ body: String? = nil, type: String? = "application/json",
    headers: HTTPHeaders = [:]
  ) async throws -> Reply {
    var headers = headers
    headers.add(name: "host", value: "h")
    if body != nil, let type { headers.add(name: "content-type", value: type) }
    let request = Request(test: method, target, headers: headers, body: body ?? "", principal: principal)
    guard case .answer(let answer) = await router.respond(to: request) else {
      throw Problem(500, "the answer is streamed")
    }
    let bytes = Array(answer.body.readableBytesView)
    let fields = Dictionary(answer.headers, uniquingKeysWith: { first, _ in first })
    return Reply(
      status: answer.status, contentType: answer.contentType, headers: fields,
      json: (try? JSON(parsing: bytes)) ?? .null, text: String(decoding: bytes, as: UTF8.self))
  }
}
