import NIOHTTP1
import TocsinCore
import TocsinJSON

/// One operation of the HTTP interface: where it is, what it does, and how the OpenAPI document describes it. Router,
/// `Allow` fields, metrics and document are all made from the same list.
struct Endpoint: Sendable {
  typealias Handler = @Sendable (APIRequest) async throws -> Response

  var method: HTTPMethod
  /// The path's template: `/api/alerts/rules/{rule_id}`.
  var path: String
  var operation: Operation
  var handler: Handler
  /// Whether the OpenAPI document lists it: that language has no words for a WebSocket.
  var isListed = true

  /// An endpoint whose answers are there as a whole.
  init(
    _ method: HTTPMethod, _ path: String, _ operation: Operation,
    _ handler: @escaping @Sendable (APIRequest) async throws -> HTTPAnswer
  ) {
    self.init(method: method, path: path, operation: operation) { .answer(try await handler($0)) }
  }

  /// An endpoint that may answer in any way.
  init(method: HTTPMethod, path: String, operation: Operation, handler: @escaping Handler) {
    self.method = method
    self.path = path
    self.operation = operation
    self.handler = handler
  }
}

/// What the OpenAPI document says about an endpoint.
struct Operation: Sendable {
  /// A path, query or header parameter.
  struct Parameter: Sendable {
    enum Place: String, Sendable {
      case path
      case query
      case header
    }

    var name: String
    var place: Place
    var description: String
    var schema: JSON
  }

  /// What a request's body is.
  struct Body: Sendable {
    var schema: JSON
    var example: JSON
    var isRequired = true
  }

  /// What comes when all went well.
  struct Success: Sendable {
    var status = 200
    var description: String
    var contentType = "application/json"
    /// Another type of text that a parameter can ask for.
    var otherContentType: String?
    var schema: JSON
    /// Null where there is nothing to show.
    var example: JSON = .null
  }

  var id: String
  var tag: String
  var summary: String
  var parameters: [Parameter] = []
  var body: Body?
  var success: Success
  /// The statuses of problems that this operation answers with, beyond those that follow from its parts (``statuses``).
  var problems: [Int] = []
}

extension Operation {
  /// What requests may name.
  struct Names: Sendable {
    /// The parameters of the query.
    var query: [String] = []
    /// The members of the body; empty where its schema is a named one, which its reader knows.
    var body: [String] = []
    var bodyIsRequired = true
  }

  /// What requests may name: what the document says.
  var names: Names {
    Names(
      query: parameters.filter { $0.place == .query }.map(\.name),
      body: body?.schema.object?["properties"]?.object?.members.map(\.key) ?? [],
      bodyIsRequired: body?.isRequired ?? true)
  }

  /// The statuses of all problems that the operation answers with: beside its own, that the request comes under a name
  /// that the node is not served under or from a page that may not use it, that a query or a body is malformed or says
  /// something that is not allowed, that a body is too slow, too long or of another type, and that something it needs is
  /// defect.
  var statuses: [Int] {
    var statuses: Set = [400, 403, 422]
    statuses.formUnion(problems)
    if body != nil { statuses.formUnion([408, 413, 415]) }
    if problems.contains(503) { statuses.insert(500) }
    return statuses.sorted()
  }
}
