import HTTPTypes
import TocsinCore

/// One operation of the HTTP interface: where it is, what it does, and how the OpenAPI document describes it. Router,
/// `Allow` fields, metrics and document are all made from the same list.
struct Endpoint: Sendable {
  typealias Handler = @Sendable (APIRequest) async throws -> Answer

  var method: HTTPRequest.Method
  /// The path's template: `/api/alerts/rules/{rule_id}`.
  var path: String
  var operation: Operation
  var handler: Handler
  /// Whether the OpenAPI document lists it: that language has no words for a WebSocket.
  var isListed = true

  init(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, _ handler: @escaping Handler) {
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
    var isRequired = true
  }

  /// What comes when all went well.
  struct Success: Sendable {
    var status = 200
    var description: String
    var contentType = "application/json"
    var schema: JSON
  }

  var id: String
  var tag: String
  var summary: String
  var parameters: [Parameter] = []
  var body: Body?
  var success: Success
  /// The statuses of problems that this operation answers with, beyond those that every request can meet.
  var problems: [Int] = []
}
