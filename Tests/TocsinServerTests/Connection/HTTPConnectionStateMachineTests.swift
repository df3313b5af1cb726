import NIOCore
import NIOHTTP1
import Testing

@testable import TocsinServer

/// What a connection decides, event by event.
@Suite struct HTTPConnectionStateMachineTests {
  private var sequence: HTTPConnectionStateMachine

  init() {
    var configuration = ServerConfiguration()
    configuration.bodyLimit = 10
    sequence = HTTPConnectionStateMachine(configuration: configuration)
  }

  private func head(
    _ method: HTTPMethod = .POST, _ fields: [(String, String)] = [], version: HTTPVersion = .http1_1
  ) -> HTTPRequestHead {
    HTTPRequestHead(version: version, method: method, uri: "/x", headers: HTTPHeaders([("Host", "h")] + fields))
  }

  private func body(_ text: String) -> HTTPServerRequestPart { .body(ByteBuffer(string: text)) }

  private func request(_ head: HTTPRequestHead, _ text: String = "") -> HTTPConnectionStateMachine.Action {
    .serve(
      HTTPConnectionStateMachine.ReceivedRequest(
        head: head, summary: HeaderSummary(head), body: ByteBuffer(string: text)))
  }

  @Test mutating func aRequestIsServedOnceItIsComplete() {
    let head = head()
    #expect(sequence.received(.head(head)) == .none)
    #expect(sequence.received(body("ab")) == .none)
    #expect(sequence.received(body("cd")) == .none)
    #expect(sequence.received(.end(nil)) == request(head, "abcd"))
    #expect(sequence.persistence == .persistent)
    #expect(sequence.answered() == .none)
  }

  @Test mutating func pipelinedRequestsWaitForTheAnswerBeforeThem() {
    let (first, second, third) = (head(.GET), head(.PUT), head(.POST))
    _ = sequence.received(.head(first))
    #expect(sequence.received(.end(nil)) == request(first))
    #expect(sequence.wantsInput)
    #expect(sequence.received(.head(second)) == .none)
    #expect(!sequence.wantsInput)
    #expect(sequence.received(.end(nil)) == .none)
    #expect(sequence.received(.head(third)) == .none)
    #expect(sequence.received(body("z")) == .none)
    #expect(sequence.answered() == request(second))
    #expect(sequence.answered() == .none)
    #expect(sequence.wantsInput)
    #expect(sequence.received(.end(nil)) == request(third, "z"))
  }

  @Test mutating func theClientsWishToCloseEndsTheConnection() {
    let head = head(.GET, [("Connection", "close")])
    _ = sequence.received(.head(head))
    #expect(sequence.received(.end(nil)) == request(head))
    #expect(sequence.persistence == .closing)
    #expect(sequence.received(.head(head)) == .none)
    #expect(sequence.answered() == .end(lingers: false))
    #expect(sequence.received(.end(nil)) == .none)
    #expect(sequence.flushed(lingers: false) == .close)
  }

  @Test mutating func oldClientsAreToldThatTheConnectionIsKept() {
    let head = head(.GET, [("Connection", "keep-alive")], version: .http1_0)
    _ = sequence.received(.head(head))
    #expect(sequence.received(.end(nil)) == request(head))
    #expect(sequence.persistence == .keptAlive)
    #expect(sequence.answered() == .none)
    let last = self.head(.GET, version: .http1_0)
    _ = sequence.received(.head(last))
    #expect(sequence.received(.end(nil)) == request(last))
    #expect(sequence.answered() == .end(lingers: false))
  }

  @Test mutating func aBodyIsAskedForUnlessItIsHereAlready() {
    let expecting = head(.POST, [("Expect", "100-Continue"), ("Content-Length", "2")])
    #expect(sequence.received(.head(expecting)) == .sendContinue)
    _ = sequence.received(body("ab"))
    #expect(sequence.received(.end(nil)) == request(expecting, "ab"))
    _ = sequence.received(.head(expecting))
    _ = sequence.received(body("ab"))
    _ = sequence.received(.end(nil))
    #expect(sequence.answered() == request(expecting, "ab"))
  }

  @Test mutating func anAnnouncedBodyThatIsTooLongIsRefusedBeforeItIsSent() {
    let tooLong = head(.POST, [("Expect", "100-continue"), ("Content-Length", "11")])
    #expect(sequence.received(.head(tooLong)) == .refuse(.bodyTooLarge))
    #expect(sequence.persistence == .closing)
    #expect(sequence.received(body("x")) == .none)
    #expect(sequence.flushed(lingers: true) == .none)
    #expect(sequence.inputClosed() == .close)
  }

  @Test mutating func aChunkedBodyThatIsTooLongIsRefused() {
    _ = sequence.received(.head(head(.POST, [("Transfer-Encoding", "chunked")])))
    #expect(sequence.received(body("1234567890")) == .none)
    #expect(sequence.received(body("1")) == .refuse(.bodyTooLarge))
  }

  @Test mutating func refusalsComeInOrderToo() {
    let good = head(.GET)
    _ = sequence.received(.head(good))
    _ = sequence.received(.end(nil))
    #expect(sequence.failed(.malformed) == .none)
    #expect(sequence.failed(.malformed) == .none)
    #expect(sequence.answered() == .refuse(.malformed))
    #expect(sequence.flushed(lingers: true) == .none)
    #expect(sequence.inputClosed() == .close)
  }

  @Test(arguments: [
    (HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"), Refusal.hostMissing),
    (HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["host": "a", "Host": "b"]), .hostMissing),
    (
      HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["host": "a", "expect": "tea"]),
      .expectationUnknown
    ),
    (HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: "a:1", headers: ["host": "a"]), .notAProxy),
  ])
  func requestsThatNobodyServes(head: HTTPRequestHead, refusal: Refusal) {
    var sequence = sequence
    #expect(sequence.received(.head(head)) == .refuse(refusal))
  }

  @Test mutating func drainingLetsTheRequestUnderWayFinish() {
    let head = head(.GET)
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    #expect(sequence.drain() == .none)
    #expect(sequence.persistence == .closing)
    #expect(sequence.answered() == .end(lingers: true))
    #expect(sequence.flushed(lingers: true) == .none)
    #expect(sequence.inputClosed() == .close)
  }

  @Test mutating func drainingClosesAnIdleConnection() {
    #expect(sequence.drain() == .end(lingers: true))
  }

  @Test mutating func aHalfClosedClientGetsItsAnswers() {
    let head = head(.GET)
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    #expect(sequence.inputClosed() == .none)
    #expect(sequence.persistence == .persistent)
    #expect(sequence.answered() == request(head))
    #expect(sequence.persistence == .closing)
    #expect(sequence.answered() == .end(lingers: false))
  }

  @Test mutating func nothingHappensAfterTheEnd() {
    let head = head(.GET)
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    sequence.finished()
    #expect(sequence.answered() == .none)
    #expect(sequence.received(.head(head)) == .none)
    #expect(sequence.drain() == .none)
    #expect(sequence.deadline(at: .now()) == nil)
  }

  @Test mutating func whatFollowsWaitsUntilTheAnswerIsTaken() {
    let (first, second) = (head(.GET), head(.PUT))
    _ = sequence.received(.head(first))
    _ = sequence.received(.end(nil))
    _ = sequence.received(.head(second))
    #expect(sequence.answered(isTaken: false) == .none)
    #expect(!sequence.wantsInput)
    #expect(sequence.received(.end(nil)) == .none)
    #expect(sequence.taken() == request(second))
    #expect(sequence.taken() == .none)
    #expect(sequence.answered(isTaken: false) == .none)
    #expect(sequence.wantsInput)
    #expect(sequence.inputClosed() == .none)
    #expect(sequence.taken() == .end(lingers: false))
  }

  @Test mutating func drainingDoesNotWaitForWhatIsQueued() {
    _ = sequence.received(.head(head(.GET)))
    _ = sequence.received(.end(nil))
    _ = sequence.received(.head(head(.GET)))
    _ = sequence.received(.end(nil))
    _ = sequence.answered(isTaken: false)
    #expect(sequence.drain() == .end(lingers: true))
    #expect(sequence.taken() == .none)
  }
}
