import NIOHTTP1
import TocsinCore
import TocsinJSON

/// The OpenAPI 3.1 document of the interface, made from the endpoints themselves.
enum OpenAPIDocument {
  static let path = "/openapi.json"

  private static let description = """
    Metric checks in, exactly one alert per rule, entity and cooldown out.

    Alerts as they happen: `GET /ws/alerts` is a WebSocket (RFC 6455). On its URL `last_event_id` resumes, and \
    `campaign_id`, `severities` and `alert_types` (comma-separated) subscribe. A handshake that is not one is answered \
    with 400 or 426, one with a parameter that is not known with 422, and each with 503 while the node is about to stop. \
    `GET /api/alerts/stream` sends the same messages as server-sent events.

    Every answer has an `X-Request-Id`: the one that the request came with, where that has 1 to 128 of the characters \
    `A-Z a-z 0-9 - . _ ~ : / + = @`, else a new one. Logs and problems (`request_id`) have it, too.

    Beside the errors of each operation, a connection answers bytes that are no HTTP request with 400, a header that is too \
    slow or too long with 408 or 431, an unknown `Expect` with 417, and then closes. 403 is for a `Host` that the node is not \
    served under, and for a request that changes something from a page of a foreign `Origin`.
    """

  /// These endpoints and the one that serves the document of all of them.
  static func adding(to endpoints: [Endpoint]) -> [Endpoint] {
    let operation = Operation(
      id: "openapi", tag: "service", summary: "This document.",
      success: Operation.Success(description: "The document.", schema: ["type": "object"]))
    var all = endpoints
    all.append(Endpoint(.GET, path, operation) { _ in throw Problem(404, "there is no document") })
    let bytes = document(of: all).bytes
    all[all.count - 1].handler = { _ in .answer(HTTPAnswer(bytes: bytes)) }
    return all
  }

  /// The document of these endpoints.
  static func document(of endpoints: [Endpoint]) -> JSON {
    var paths = JSONObject()
    for endpoint in endpoints where endpoint.isListed {
      var item = paths[endpoint.path]?.object ?? [:]
      item[endpoint.method.rawValue.lowercased()] = describe(endpoint)
      paths[endpoint.path] = .object(item)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Tocsin", "version": .string(TocsinRelease.version),
        "description": .string(description),
        "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
      ],
      "servers": [["url": "/"]],
      "tags": [
        ["name": "checks", "description": "Measurements in, alerts out."],
        ["name": "alerts", "description": "What was raised."],
        ["name": "rules", "description": "When to raise what."],
        ["name": "deliveries", "description": "Who was told of what was raised."],
        ["name": "service", "description": "For operators and their tools."],
      ],
      "paths": .object(paths), "components": ["schemas": .object(Schemas.components)],
    ]
  }

  private static func describe(_ endpoint: Endpoint) -> JSON {
    let operation = endpoint.operation
    var members: JSONObject = [
      "operationId": .string(operation.id), "tags": [.string(operation.tag)], "summary": .string(operation.summary),
    ]
    if !operation.parameters.isEmpty { members["parameters"] = .array(operation.parameters.map(describe)) }
    if let body = operation.body {
      members["requestBody"] = [
        "required": .bool(body.isRequired),
        "content": ["application/json": ["schema": body.schema, "example": body.example]],
      ]
    }
    let success = operation.success
    var response: JSONObject = ["description": .string(success.description)]
    var content: JSONObject = ["schema": success.schema]
    if success.example != .null { content["example"] = success.example }
    if success.schema != .null {
      var types: JSONObject = [success.contentType: .object(content)]
      if let other = success.otherContentType { types[other] = ["schema": Schemas.text] }
      response["content"] = .object(types)
    }
    var responses: JSONObject = [String(success.status): .object(response)]
    for status in operation.statuses { responses[String(status)] = problem(status) }
    members["responses"] = .object(responses)
    return .object(members)
  }

  private static func describe(_ parameter: Operation.Parameter) -> JSON {
    [
      "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
      "required": .bool(parameter.place == .path), "description": .string(parameter.description),
      "schema": parameter.schema,
    ]
  }

  private static func problem(_ status: Int) -> JSON {
    var response: JSONObject = [
      "description": .string(HTTPResponseStatus(statusCode: status).reasonPhrase),
      "content": ["application/problem+json": ["schema": Schemas.reference("Problem")]],
    ]
    if status == 503 {
      response["headers"] = [
        "Retry-After": ["description": "Seconds.", "schema": ["type": "integer", "minimum": 0]]
      ]
    }
    return .object(response)
  }
}
