import HTTPTypes
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics

/// What operators and their tools ask a node for.
enum ServiceEndpoints {
  static func all(_ engine: Engine) -> [Endpoint] {
    [live(), ready(engine.health), metrics(engine.metrics), sockets()]
  }

  private static func live() -> Endpoint {
    let operation = Operation(
      id: "livez", tag: "service", summary: "Whether the process answers; says nothing about what it depends on.",
      success: Operation.Success(
        description: "It does.", schema: Schemas.object(["status": ["type": "string", "const": "ok"]]),
        example: ["status": "ok"]))
    return Endpoint(.get, "/livez", operation) { _ in Answer(["status": "ok"]) }
  }

  private static func ready(_ health: HealthMonitor) -> Endpoint {
    let operation = Operation(
      id: "readyz", tag: "service", summary: "Whether requests should come to this node.",
      success: Operation.Success(
        description: "They should; `degraded` names what is away nevertheless.",
        schema: Schemas.object(["status": ["type": "string", "const": "ready"], "degraded": Schemas.texts]),
        example: ["status": "ready", "degraded": []]),
      problems: [503])
    return Endpoint(.get, "/readyz", operation) { _ in
      let status = health.status
      let degraded = JSON.array(status.degraded.map(JSON.string))
      if status.ready { return Answer(["status": "ready", "degraded": degraded]) }
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
    return Endpoint(.get, "/metrics", operation) { _ in
      Answer(contentType: contentType, bytes: Array(registry.render().utf8))
    }
  }

  /// Handshakes never come here: connections answer them.
  private static func sockets() -> Endpoint {
    let operation = Operation(
      id: "alertStream", tag: "service", summary: "The stream of alerts.",
      parameters: ConnectionQuery.names.map { Parameters.query($0, "As a handshake has it.", Schemas.text) },
      success: Operation.Success(status: 101, description: "The connection speaks WebSocket now.", schema: .null))
    var endpoint = Endpoint(.get, "/ws/alerts", operation) { _ in
      var problem = Problem(426, "this path speaks WebSocket: send a handshake of version 13")
      problem.headers = [("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "13")]
      throw problem
    }
    endpoint.isListed = false
    return endpoint
  }
}
