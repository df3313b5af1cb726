import NIOCore
import NIOHTTP1
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

@Suite struct ProblemTests {
  @Test func aProblemHasOldAndNewKeys() {
    let problem = Problem(422, "no", faults: [Problem.Fault(pointer: "/threshold", detail: "must be finite")])
    let answer = problem.answer(to: Request(test: .POST, "/api/alerts/rules?a=b", headers: ["x-request-id": "r-1"]))
    #expect(answer.contentType == "application/problem+json")
    let expected = #"""
      {"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"no","instance":"/api/alerts/rules",\#
      "error":"Unprocessable Entity","details":"no","errors":[{"pointer":"/threshold","detail":"must be finite"}],\#
      "request_id":"r-1"}
      """#
    #expect(String(buffer: answer.body) == expected)
  }

  @Test(
    arguments: [
      (EngineError(.notFound, "m"), 404, nil), (EngineError(.unavailable, "m", retryAfterSeconds: 5), 503, "5"),
      (EngineError(.unavailable, "m"), 503, "1"), (EngineError(.rejected, "m"), 500, nil),
      (EngineError(.failed, "m"), 500, nil),
    ] as [(EngineError, Int, String?)])
  func whatTheEngineCouldNotDo(error: EngineError, status: Int, retryAfter: String?) {
    let problem = Problem(any: error)
    #expect(problem.status == status)
    #expect(problem.detail == "m")
    #expect(problem.headers.first { $0.0 == "retry-after" }?.1 == retryAfter)
  }

  @Test func whatIsWrongWithABody() {
    let invalid = Problem(any: ValidationError(pointer: "/a", detail: "b"))
    #expect(invalid.status == 422)
    #expect(invalid.faults == [Problem.Fault(pointer: "/a", detail: "b")])
    #expect(Problem(any: ValidationError(kind: .malformed, detail: "c")).status == 400)
    #expect(Problem(any: JSONError(offset: 3, reason: "r")).status == 400)
    #expect(Problem(any: JSONError(.number, offset: 3, reason: "r")).status == 422)
    #expect(Problem(any: CancellationError()).status == 500)
  }

  @Test func theTimeOfDay() {
    #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
  }
}
