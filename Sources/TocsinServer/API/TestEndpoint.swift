import HTTPTypes
import NIOCore
import TocsinCore
import TocsinEngine

/// `POST /api/alerts/test`: sends a sample through a channel or to a receiver.
enum TestEndpoint {
  static func all(_ engine: Engine) -> [Endpoint] {
    let result = Schemas.object([
      "receiver": Schemas.text, "target": Schemas.text, "channel": Schemas.text, "success": Schemas.flag,
      "message": Schemas.text, "status": Schemas.nullable(["type": "integer"]), "latency_ms": Schemas.count,
    ])
    let operation = Operation(
      id: "testChannel", tag: "alerts",
      summary: "Really sends a sample alert through a channel or to a receiver, and says why it failed.",
      parameters: [Parameters.channel],
      body: Operation.Body(schema: Schemas.input(["channel": Schemas.string(1...256, "The name.")])),
      success: Operation.Success(
        description: "Whether all targets took it.",
        schema: Schemas.object(
          ["success": Schemas.flag, "channel": Schemas.text, "message": Schemas.text],
          optional: ["targets": ["type": "array", "items": result]])),
      problems: [404, 415, 422, 503])
    return [
      Endpoint(.post, AlertEndpoints.path + "/test", operation) { request in
        try await answer(try name(of: request), engine)
      }
    ]
  }

  private static func name(of request: APIRequest) throws -> String {
    var parameters = try request.queryParameters()
    let inQuery = parameters.text("channel")
    try parameters.finish()
    let body = request.body.readableBytes == 0 ? [:] : try request.object()
    let inBody: String?
    switch body["channel"] {
    case nil, .null: inBody = nil
    case .string(let name) where (1...256).contains(name.utf8.count) && !name.utf8.contains(0): inBody = name
    default: throw Problem.invalid("/channel", "must be a string of 1 to 256 bytes, none of them U+0000")
    }
    guard let name = inQuery ?? inBody else {
      throw Problem.invalid("/channel", "is required: a receiver's name or a channel's")
    }
    return name
  }

  private static func answer(_ name: String, _ engine: Engine) async throws -> Answer {
    if let own = OwnChannel(rawValue: name) {
      let trial = await engine.test(own)
      return Answer(["success": .bool(trial.works), "channel": .string(name), "message": .string(trial.message)])
    }
    let tests = try await engine.deliveries.test(name)
    let failed = tests.filter { $0.outcome.failure != nil }
    let message =
      failed.isEmpty
      ? "a sample alert was sent to \(tests.count) target\(tests.count == 1 ? "" : "s")"
      : failed.map { "\($0.target): \($0.outcome.failure?.reason ?? "")" }.joined(separator: "; ")
    return Answer([
      "success": .bool(failed.isEmpty), "channel": .string(name), "message": .string(message),
      "targets": .array(tests.map(json)),
    ])
  }

  private static func json(_ test: TargetTest) -> JSON {
    [
      "receiver": .string(test.target.receiver), "target": .string(test.target.target),
      "channel": .string(test.channel.rawValue), "success": .bool(test.outcome.failure == nil),
      "message": .string(test.outcome.failure?.reason ?? "delivered"),
      "status": test.outcome.status.map { .integer(Int64($0)) } ?? .null,
      "latency_ms": .integer(Int64(test.milliseconds)),
    ]
  }
}
