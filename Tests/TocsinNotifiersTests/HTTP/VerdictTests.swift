import CurlClient
import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct VerdictTests {
  private func outcome(_ status: Int, _ headers: [HTTPTransfer.Header] = [], gone: Bool = false) -> DeliveryOutcome {
    let response = HTTPResponse(status: status, headers: HTTPResponse.Headers(headers))
    return HTTPVerdict(disablesGone: gone).outcome(of: .response(response), now: Samples.now)
  }

  @Test(arguments: [
    (200, "delivered", false), (202, "delivered", false), (204, "delivered", false), (299, "delivered", false),
    (301, "permanent", false), (302, "permanent", false), (307, "permanent", false), (400, "permanent", false),
    (401, "permanent", false), (403, "permanent", false), (404, "permanent", false), (410, "permanent", false),
    (413, "permanent", false), (422, "permanent", false), (408, "retryable", false), (425, "retryable", false),
    (429, "retryable", false), (500, "retryable", true), (501, "retryable", true), (502, "retryable", true),
    (503, "retryable", true), (504, "retryable", true), (599, "retryable", true), (700, "retryable", true),
  ])
  func aStatusMeans(_ status: Int, _ name: String, _ mayHaveArrived: Bool) {
    let outcome = outcome(status)
    #expect(outcome.name == name)
    #expect(outcome.status == status)
    #expect(outcome.failure?.mayHaveArrived ?? false == mayHaveArrived)
  }

  @Test func goneEndsTheTargetWhereTheChannelSaysSo() {
    guard case .gone = outcome(410, gone: true) else { return #expect(Bool(false)) }
    guard case .permanent = outcome(410) else { return #expect(Bool(false)) }
  }

  @Test(arguments: [
    ("7", Duration.seconds(7)), (" 120 ", .seconds(120)), ("Sat, 31 Jan 2026 09:31:02 GMT", .milliseconds(59_875)),
    ("999999999999", .seconds(3600)), (String(repeating: "9", count: 400), .seconds(3600)),
    ("3599", .seconds(3599)), ("3601", .seconds(3600)), ("9999", .seconds(3600)),
    ("Fri, 31 Jan 2036 09:31:02 GMT", .seconds(3600)),
  ])
  func retryAfterIsObeyed(_ text: String, _ delay: Duration) {
    for status in [429, 503] {
      guard case .retryable(_, let after) = outcome(status, [.init("Retry-After", text)]) else {
        return #expect(Bool(false))
      }
      #expect(after == delay)
    }
  }

  @Test(arguments: ["0", "-5", "soon", "", "1.5", "Sat, 31 Jan 2026 09:29:00 GMT"])
  func retryAfterThatSaysNothingIsNotObeyed(_ text: String) {
    guard case .retryable(_, nil) = outcome(429, [.init("Retry-After", text)]) else { return #expect(Bool(false)) }
  }

  @Test(arguments: [
    (CurlError.Code.couldNotResolve, "retryable"), (.couldNotConnect, "retryable"), (.connectTimedOut, "retryable"),
    (.timedOut, "retryable"), (.tls, "retryable"), (.sendFailed, "retryable"), (.receiveFailed, "retryable"),
    (.protocolError, "retryable"), (.cancelled, "retryable"), (.closed, "retryable"), (.tooLarge, "retryable"),
    (.refusedAddress, "permanent"), (.invalidRequest, "permanent"),
  ])
  func aFailureMeans(_ code: CurlError.Code, _ name: String) {
    for mayHaveBeenSent in [true, false] {
      let reply = Reply(CurlError(code, "cause", mayHaveBeenSent: mayHaveBeenSent))
      let outcome = HTTPVerdict().outcome(of: reply, now: Samples.now)
      #expect(outcome.name == name)
      #expect(outcome.failure?.mayHaveArrived == mayHaveBeenSent)
      #expect(outcome.failure?.status == nil)
    }
  }

  @Test func aStatusCountsEvenIfTheRestNeverCame() {
    let partial = HTTPResponse(status: 200)
    for code in [CurlError.Code.tooLarge, .receiveFailed, .timedOut] {
      let reply = Reply(CurlError(code, "cause", mayHaveBeenSent: true, partialResponse: partial))
      #expect(HTTPVerdict().outcome(of: reply, now: Samples.now) == .delivered(status: 200))
    }
    let interim = Reply(CurlError(.timedOut, "cause", partialResponse: HTTPResponse(status: 100)))
    #expect(HTTPVerdict().outcome(of: interim, now: Samples.now).name == "retryable")
  }

  @Test func aServersWordsAreShownOnlyIfTheyHoldNothingSecret() {
    func reason(_ words: String) -> String {
      let verdict = HTTPVerdict(secrets: ["https://hooks.example.org/services/T0000/tokentoken"])
      return verdict.outcome(of: .response(HTTPResponse(status: 400)), now: Samples.now, words: { _ in words })
        .failure?.reason ?? ""
    }
    #expect(reason("channel not found").hasSuffix("(HTTP 400): channel not found"))
    for words in ["no https://x.example", "bad tokentoken", "two\nlines", String(repeating: "x", count: 300), "ümlaut"]
    {
      #expect(reason(words).hasSuffix("(HTTP 400)"))
    }
  }
}
