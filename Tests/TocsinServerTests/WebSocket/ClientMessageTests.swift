import NIOCore
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct ClientMessageTests {
  private func read(_ text: String) throws(ClientError) -> ClientMessage {
    try ClientMessage(ByteBuffer(string: text))
  }

  @Test func `subscriptions`() throws {
    #expect(
      try read("{\"type\":\"subscribe\",\"campaign_id\":\"a\"}")
        == .subscribe(EventFilter(campaignIDs: ["a"]), updates: nil, echo: SubscriptionEcho(campaignID: "a")))
    guard
      case .subscribe(let filter, let updates, let echo) = try read(
        "{\"type\":\"subscribe\",\"campaign_ids\":[\"a\",\"b\"],\"severities\":[\"high\"],\"alert_types\":[\"high_cpa\"],\"updates\":true}"
      )
    else {
      Issue.record("it subscribes")
      return
    }
    #expect(filter == EventFilter(campaignIDs: ["a", "b"], severities: [.high], alertTypes: [.highCPA]))
    #expect(updates == true)
    #expect(echo.campaignID == nil)
    #expect(echo.others.map(\.key) == ["campaign_ids", "severities", "alert_types", "updates"])
    #expect(
      try read("{\"type\":\"unsubscribe\",\"campaign_id\":null}")
        == .unsubscribe(EventFilter(), updates: nil, echo: SubscriptionEcho()))
  }

  @Test(arguments: [
    ("[]", ClientError.Code.invalidJSON), ("{\"type\":", .invalidJSON), ("{}", .invalidField),
    ("{\"type\":1}", .invalidField), ("{\"type\":\"dance\"}", .unknownType),
    ("{\"type\":\"subscribe\",\"campaign_id\":7}", .invalidField),
    ("{\"type\":\"subscribe\",\"campaign_id\":\"\"}", .invalidField),
    ("{\"type\":\"subscribe\",\"campaign_ids\":[]}", .invalidField),
    ("{\"type\":\"subscribe\",\"campaign_ids\":[1]}", .invalidField),
    ("{\"type\":\"subscribe\",\"severities\":[\"worst\"]}", .invalidField),
    ("{\"type\":\"subscribe\",\"alert_types\":[\"worst\"]}", .invalidField),
    ("{\"type\":\"subscribe\",\"updates\":\"yes\"}", .invalidField), ("{\"type\":\"resume\"}", .invalidField),
    ("{\"type\":\"resume\",\"last_event_id\":5}", .invalidField), ("{\"type\":\"acknowledge\"}", .invalidField),
    ("{\"type\":\"resolve\",\"alert_id\":\"no\"}", .invalidField),
    ("{\"type\":\"resolve\",\"alert_id\":\"\(sampleAlert)\",\"user_id\":1}", .invalidField),
  ])
  func `what cannot be carried out is explained`(text: String, code: ClientError.Code) {
    let error = #expect(throws: ClientError.self) { try read(text) }
    #expect(error?.code == code)
    #expect(error?.message.isEmpty == false)
  }

  @Test(arguments: [
    (#"{"type":"subscribe","campain_id":"a"}"#, ["/campain_id"]),
    (#"{"type":"subscribe","campaigns":["a"],"severity":"high"}"#, ["/campaigns", "/severity"]),
    (#"{"type":"unsubscribe","user_id":"a"}"#, ["/user_id"]), (#"{"type":"resume","last_event":"e"}"#, ["/last_event"]),
    (#"{"type":"acknowledge","alert_id":"\#(sampleAlert)","user":"ann"}"#, ["/user"]),
    (#"{"type":"resolve","alert_id":"\#(sampleAlert)","reason":"x"}"#, ["/reason"]),
    (#"{"type":"ping","a":1}"#, ["/a"]),
  ])
  func `names that are not known are refused`(text: String, pointers: [String]) {
    let error = #expect(throws: ClientError.self) { try read(text) }
    #expect(error?.code == .invalidField)
    #expect(error?.faults.map(\.pointer) == pointers)
    #expect(error?.message.hasPrefix("\(pointers[0].dropFirst()) is not known") == true)
  }

  @Test func `a mistyped type is told the nearest`() {
    let error = #expect(throws: ClientError.self) { try read(#"{"type":"subcribe"}"#) }
    #expect(error?.message == #"the type "subcribe" is not known; did you mean subscribe?"#)
  }

  @Test(arguments: [
    ("campaign=c", 422, "did you mean campaign_id?"), ("severity=high", 422, "did you mean severities?"),
    ("updates=yes", 422, "must be true or false"), ("campaign_id=%zz", 400, "not percent-encoded"),
  ])
  func `an address with a mistyped parameter is a problem`(query: String, status: Int, detail: String) {
    let problem = ConnectionQuery.problem(in: "/ws/alerts?" + query)
    #expect(problem?.status == status)
    #expect(problem?.detail.contains(detail) == true)
  }

  @Test(arguments: [
    "", "?", "?last_event_id=", "?campaign_id=a&campaign_id=b,c&severities=high,low&alert_types=high_cpa&updates=True",
    "?campaign_ids=\(String(repeating: "c,", count: 5000))",
  ])
  func `an address as it should be is none`(query: String) {
    #expect(ConnectionQuery.problem(in: "/ws/alerts" + query) == nil)
  }

  @Test func `the address of a connection`() {
    #expect(ConnectionQuery(target: "/ws/alerts") == ConnectionQuery(target: "/ws/alerts?"))
    #expect(ConnectionQuery(target: "/ws/alerts?last_event_id=").lastEventID == nil)
    let query = ConnectionQuery(
      target:
        "/ws/alerts?last_event_id=e.1-0&campaign_id=summer%20sale&campaign_id=b%2Cc&severities=high,low&alert_types=high_cpa"
    )
    #expect(query.lastEventID == "e.1-0")
    #expect(
      query.filter
        == EventFilter(campaignIDs: ["summer sale", "b,c"], severities: [.high, .low], alertTypes: [.highCPA]))
    #expect(query.error == nil)
    #expect(ConnectionQuery(target: "/?updates=true").updates)
    let wrong = ConnectionQuery(target: "/?severities=worst")
    #expect(wrong.filter == nil)
    #expect(wrong.error?.code == .invalidField)
    #expect(ConnectionQuery(target: "/?campaign_id=%zz").filter == nil)
    #expect(ConnectionQuery(target: "/?campaign_id=a+b").filter?.campaignIDs == ["a b"])
  }
}
