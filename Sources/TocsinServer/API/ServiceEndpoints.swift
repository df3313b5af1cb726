import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics

/// What operators and their tools ask a node for.
enum ServiceEndpoints {
  static func all(_ engine: Engine) -> [Endpoint] {
    [live(), ready(engine.health), metrics(engine.metrics), sockets(), events()]
  }

  private static func live() -> Endpoint {
    let operation = Operation(
      id: "livez", tag: "service", summary: "Whether the process answers; says nothing about what it depends on.",
      success: Operation.Success(
        description: "It does.", schema: Schemas.object(["status": ["type": "string", "const": "ok"]]),
        example: ["status": "ok"]))
    return Endpoint(.GET, "/livez", operation) { _ in HTTPAnswer(["status": "ok"]) }
  }

  private static func ready(_ health: HealthMonitor) -> Endpoint {
    let operation = Operation(
      id: "readyz", tag: "service", summary: "Whether requests should come to this node.",
      success: Operation.Success(
        description: "They should; `degraded` names what is away nevertheless.",
        schema: Schemas.object(["status": ["type": "string", "const": "ready"], "degraded": Schemas.texts]),
        example: ["status": "ready", "degraded": []]),
      problems: [503])
    return Endpoint(.GET, "/readyz", operation) { _ in
      let status = health.status
      let degraded = JSON.array(status.degraded.map(JSON.string))
      if status.ready { return HTTPAnswer(["status": "ready", "degraded": degraded]) }
      var problem = Problem(
        503, "requests should go to other nodes: \(status.reasons.joined(separator: ", "))", retryAfterSeconds: 1)
      problem.extras = ["reasons": .array(status.reasons.map(JSON.string)), "degraded": degraded]
      throw problem
    }
  }

  private static func metrics(_ registry: MetricsRegistry) -> Endpoint {
    let contentType = "text/plain; version=0.0.4; charset=utf-8"
    let operation = Operation(
      id: "metrics", tag: "service", summary: "The node's metrics in Prometheus' text format.",
      success: Operation.Success(description: "The metrics.", contentType: contentType, schema: Schemas.text))
    return Endpoint(.GET, "/metrics", operation) { _ in
      HTTPAnswer(contentType: contentType, bytes: Array(registry.render().utf8))
    }
  }

  /// Requests of the stream never come here: connections answer them.
  private static func events() -> Endpoint {
    let operation = Operation(
      id: "alertEvents", tag: "alerts",
      summary: "The stream of alerts as server-sent events, with the messages of the WebSocket.",
      parameters: ConnectionQuery.names.map { Parameters.query($0, "As on the WebSocket's address.", Schemas.text) } + [
        Operation.Parameter(
          name: "Last-Event-ID", place: .header,
          description: "The `id` of the last event that arrived: what followed it is sent.",
          schema: Schemas.text)
      ],
      success: Operation.Success(
        description:
          "Events until the client goes. Each has `id`, `event` (the message's type) and `data` (the message).",
        contentType: "text/event-stream", schema: Schemas.text),
      problems: [503])
    // Only a request for the head comes here.
    return Endpoint(.GET, "/api/alerts/stream", operation) { request in
      try request.queryParameters().finish()
      return HTTPAnswer(contentType: "text/event-stream", bytes: [])
    }
  }

  /// Handshakes never come here: connections answer them.
  private static func sockets() -> Endpoint {
    let operation = Operation(
      id: "alertStream", tag: "service", summary: "The stream of alerts.",
      parameters: ConnectionQuery.names.map { Parameters.query($0, "As a handshake has it.", Schemas.text) },
      success: Operation.Success(status: 101, description: "The connection speaks WebSocket now.", schema: .null))
    var endpoint = Endpoint(.GET, "/ws/alerts", operation) { _ in
      var problem = Problem(426, "this path speaks WebSocket: send a handshake of version 13")
      problem.headers = [("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "13")]
      throw problem
    }
    endpoint.isListed = false
    return endpoint
  }
}
