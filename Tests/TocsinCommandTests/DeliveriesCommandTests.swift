import FakeServer
import Testing
import TocsinCore

@testable import tocsin

@Suite(.timeLimit(.minutes(10))) struct DeliveriesCommandTests {
  private static let id = "0197a3c2-5b1e-8c40-9a1d-3f2e8b7c6d5a"

  private static func delivery(state: String = "dead", more: String = "") -> String {
    """
    {"delivery_id":"\(id)","alert_id":"\(Samples.alertID)","cause":"fired","receiver":"on-call",\
    "target":"slack-1","channel":"slack","state":"\(state)","attempts":3,"created_at":"2026-01-01T00:00:00.000Z",\
    "last_error":"it answered 404"\(more)}
    """
  }

  private func with(_ answer: String, _ body: (FakeServer) async throws -> Void) async throws {
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, answer) }), body)
  }

  @Test func aListTellsWhatAndWhere() async throws {
    let more = #","campaign_id":"c1","campaign_name":"Spring sale","title":"ROAS fell","host":"hooks.example.org""#
    try await with("{\"deliveries\":[\(Self.delivery(more: more)),\(Self.delivery())],\"count\":2}") { server in
      let result = await run(["deliveries", "list", "--state", "dead", "--receiver", "on-call", "--url", server.url])
      #expect(
        result.output == [
          "DELIVERY ID                           STATE  TRIES  RECEIVER  HOST                     CAUSE  "
            + "CREATED               CAMPAIGN  TITLE      LAST ERROR",
          "\(Self.id)  dead   3      on-call   slack@hooks.example.org  fired  "
            + "2026-01-01 00:00:00Z  c1        ROAS fell  it answered 404",
          "\(Self.id)  dead   3      on-call   slack-1                  fired  "
            + "2026-01-01 00:00:00Z                       it answered 404",
        ])
      #expect(server.requests.map(\.target) == ["/api/deliveries?receiver=on-call&state=dead&limit=100"])
    }
  }

  @Test func whatHasNotComeToItsEndIsRefused() async throws {
    let answer = "{\"success\":true,\"changed\":false,\"delivery\":\(Self.delivery(state: "retrying"))}"
    try await with(answer) { server in
      let result = await run(["deliveries", "replay", Self.id, "--user", "kim", "--url", server.url])
      #expect(
        result
          == CommandRun(
            status: .refused, output: [],
            errors: ["tocsin: \(Self.id) is retrying: it has not come to its end and is left as it is"]))
      #expect(server.requests.last?.headers["x-tocsin-user"] == "kim")
    }
  }

  @Test func whatIsReplayedIsSaid() async throws {
    let answer = "{\"success\":true,\"changed\":true,\"delivery\":\(Self.delivery(state: "pending"))}"
    try await with(answer) { server in
      let result = await run(["deliveries", "replay", Self.id, "--url", server.url])
      #expect(result == CommandRun(status: .done, output: ["pending  \(Self.id)"], errors: []))
    }
  }

  @Test func whatWillNotBeSentIsSaid() async throws {
    let reason = "the target is disabled (it answered 410); a test of its receiver that succeeds enables it"
    let one =
      "{\"success\":true,\"changed\":true,\"obstacle\":\"\(reason)\",\"delivery\":\(Self.delivery(state: "pending"))}"
    try await with(one) { server in
      let result = await run(["deliveries", "replay", Self.id, "--url", server.url])
      #expect(
        result
          == CommandRun(
            status: .refused, output: [], errors: ["tocsin: \(Self.id) will not be sent: \(reason)"]))
    }
    for (total, status) in [(5, CommandStatus.done), (2, .refused)] {
      let many = """
        {"success":true,"replayed":\(total),"obstacles":[{"receiver":"on-call","target":"slack-1","count":2,\
        "obstacle":"\(reason)"}]}
        """
      try await with(many) { server in
        let result = await run(["deliveries", "replay", "--all", "--url", server.url])
        #expect(
          result
            == CommandRun(
              status: status, output: ["\(total - 2) deliveries are due again"],
              errors: ["tocsin: 2 deliveries to on-call/slack-1 will not be sent: \(reason)"]))
      }
    }
  }

  @Test func aListOfCampaignsSinceAMoment() async throws {
    try await with(#"{"deliveries":[],"count":0}"#) { server in
      let result = await run([
        "deliveries", "list", "--campaign", "c1", "--campaign", "c2", "--since", "2026-03-01", "--url", server.url,
      ])
      #expect(result == CommandRun(status: .done, output: ["no deliveries match"], errors: []))
      #expect(
        server.requests.map(\.target) == [
          "/api/deliveries?campaign_id=c1&campaign_id=c2&since=2026-03-01T00%3A00%3A00.000Z&limit=100"
        ])
    }
    #expect(await run(["deliveries", "list", "--campaign", "a,b"]).status == .usage)
  }

  @Test(arguments: [
    (0, "no delivery that matches is dead; others are not sent again"), (1, "1 delivery is due again"),
    (7, "7 deliveries are due again"),
  ])
  func howManyAreReplayedIsSaid(count: Int, sentence: String) async throws {
    try await with("{\"success\":true,\"replayed\":\(count)}") { server in
      let result = await run(["deliveries", "replay", "--all", "--url", server.url])
      #expect(result == CommandRun(status: .done, output: [sentence], errors: []))
      #expect(server.requests.map(\.body) == ["{\"state\":\"dead\"}"])
    }
  }

  @Test(arguments: [
    ["deliveries", "replay"], ["deliveries", "replay", "x", "--all"], ["deliveries", "replay", "x", "--state", "dead"],
    ["deliveries", "replay", "--all", "--state", "retrying"],
  ])
  func whatCannotBeMeantIsUsage(arguments: [String]) async {
    #expect(await run(arguments).status == .usage)
  }
}
