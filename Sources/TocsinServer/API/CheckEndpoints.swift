import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `/api/alerts/check`: the check itself (connections take a shorter way to it where they can), its short forms, and
/// many at once.
enum CheckEndpoints {
  static let path = RequestLog.checkRoute

  static func all(_ checks: CheckPipeline) -> [Endpoint] {
    [single(checks)] + CheckShorthand.allCases.map { shorthand($0, checks) } + [batch(checks)]
  }

  private static func single(_ checks: CheckPipeline) -> Endpoint {
    let operation = Operation(
      id: "check", tag: "checks", summary: "Compares one measurement with the rules.",
      body: Operation.Body(schema: Schemas.reference("Check"), example: Examples.check),
      success: Operation.Success(
        description: "What it raised, if anything.", schema: Schemas.reference("CheckOutcome"),
        example: Examples.outcome),
      problems: [503])
    return Endpoint(.POST, path, operation) { request in
      let check = try request.read(Check.init(body:))
      return HTTPAnswer(bytes: Body.outcome(try await checks.check(check, tenant: request.tenant)))
    }
  }

  private static func shorthand(_ shorthand: CheckShorthand, _ checks: CheckPipeline) -> Endpoint {
    let operation = Operation(
      id: "check_\(shorthand.rawValue)", tag: "checks",
      summary: "Compares one \(shorthand.metricName) with the rules of its types.",
      body: Operation.Body(schema: Schemas.shorthand(shorthand), example: Examples.shorthand(shorthand)),
      success: Operation.Success(
        description: "What it raised, if anything.", schema: Schemas.reference("CheckOutcome"),
        example: Examples.outcome),
      problems: [503])
    return Endpoint(.POST, "\(path)/\(shorthand.rawValue)", operation) { request in
      let check = try request.read { (body) throws(ValidationError) in try Check.shorthand(shorthand, body: body) }
      return HTTPAnswer(bytes: Body.outcome(try await checks.check(check, tenant: request.tenant)))
    }
  }

  private static func batch(_ checks: CheckPipeline) -> Endpoint {
    let path = path + "/batch"
    let operation = Operation(
      id: "checkBatch", tag: "checks", summary: "Many checks at once; one bad check fails alone.",
      body: Operation.Body(
        schema: Schemas.input([
          "checks": [
            "type": "array", "minItems": 1, "maxItems": 1000,
            "items": [
              "anyOf": [Schemas.reference("Check"), [:]],
              "description": "A check, as `POST /api/alerts/check` takes it. One that is not fails alone.",
            ],
          ]
        ]), example: ["checks": [Examples.check]]),
      success: Operation.Success(
        description: "A result for each check, in their order.",
        schema: Schemas.object(["results": Schemas.list("BatchResult"), "alerts_triggered": Schemas.count]),
        example: ["results": [Examples.outcome], "alerts_triggered": 1]),
      problems: [503])
    return Endpoint(.POST, path, operation) { request in
      let read = try request.read(Check.batch(body:))
      let good = read.compactMap { try? $0.get() }
      let outcomes = good.isEmpty ? [] : try await checks.check(batch: good, tenant: request.tenant)
      return HTTPAnswer(bytes: results(read, outcomes, path: path))
    }
  }

  /// The body of the answer to a batch.
  /// - Parameters:
  ///   - read: what each element of the request is
  ///   - outcomes: what became of those that are checks, in their order
  static func results(
    _ read: [Result<Check, ValidationError>], _ outcomes: [Result<CheckOutcome, EngineError>], path: String
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var total = 0
    var next = 0
    bytes.append(contentsOf: #"{"results":"#.utf8)
    Body.append(elements: Array(read.enumerated()), to: &bytes) { element, bytes in
      let problem: Problem
      switch element.element {
      case .failure(let error): problem = Problem(error)
      case .success:
        defer { next += 1 }
        switch outcomes[next] {
        case .success(let outcome):
          total += outcome.alerts.count
          return Body.append(outcome, to: &bytes)
        case .failure(let error): problem = Problem(error)
        }
      }
      bytes.append(contentsOf: #"{"error":"#.utf8)
      problem.json(instance: "\(path)#/checks/\(element.offset)").append(to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    JSONWriter.append(key: "alerts_triggered", integer: total, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
