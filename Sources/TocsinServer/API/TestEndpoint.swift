import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

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
      body: Operation.Body(
        schema: Schemas.input(["channel": Schemas.string(1...256, "The name.")]),
        example: ["channel": "slack"], isRequired: false),
      success: Operation.Success(
        description: """
          Whether all targets took it. For a channel that is not configured `message` names the variable or section to set.
          """,
        schema: Schemas.object(
          ["success": Schemas.flag, "channel": Schemas.text, "message": Schemas.text],
          optional: ["targets": ["type": "array", "items": result]]),
        example: [
          "success": true, "channel": "slack", "message": "a sample alert was sent to 1 target",
          "targets": [
            [
              "receiver": "team", "target": "slack-1", "channel": "slack", "success": true, "message": "delivered",
              "status": 200, "latency_ms": 84,
            ]
          ],
        ]),
      problems: [404, 503])
    return [
      Endpoint(.POST, AlertEndpoints.path + "/test", operation) { request in
        try await answer(try name(of: request), engine)
      }
    ]
  }

  private static func name(of request: APIRequest) throws -> String {
    var parameters = try request.queryParameters()
    let inQuery = parameters.text("channel")
    try parameters.finish()
    var fields = try request.fields()
    let name = request.body.readableBytes == 0 ? inQuery : fields.text("channel")
    if name == nil { fields.require("channel", "the name of a receiver or of a channel") }
    try fields.finish()
    return name ?? ""
  }

  private static func answer(_ name: String, _ engine: Engine) async throws -> HTTPAnswer {
    if let own = BuiltInChannel(rawValue: name) {
      let trial = await engine.test(own)
      return HTTPAnswer(["success": .bool(trial.works), "channel": .string(name), "message": .string(trial.message)])
    }
    guard let tests = try await engine.deliveries.test(name) else {
      guard let setUp = ChannelSetUp(channel: name) else { throw unknown(name, engine) }
      return HTTPAnswer(["success": false, "channel": .string(name), "message": .string(setUp.message)])
    }
    let failed = tests.filter { $0.outcome.failure != nil }
    let message =
      failed.isEmpty
      ? "a sample alert was sent to \(tests.count) target\(tests.count == 1 ? "" : "s")"
      : failed.map { "\($0.target): \($0.outcome.failure?.reason ?? "")" }.joined(separator: "; ")
    return HTTPAnswer([
      "success": .bool(failed.isEmpty), "channel": .string(name), "message": .string(message),
      "targets": .array(tests.map(json)),
    ])
  }

  private static func unknown(_ name: String, _ engine: Engine) -> Problem {
    let names = engine.deliveries.testable
    let known = names + BuiltInChannel.allCases.map(\.rawValue) + ChannelSetUp.allCases.map(\.rawValue)
    let question = NearestName.question(name, among: known)
    let hint =
      !question.isEmpty
      ? question : names.isEmpty ? "; none is configured" : "; configured are \(names.joined(separator: ", "))"
    return Problem(404, "there is no receiver and no channel \(name)\(hint)")
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
