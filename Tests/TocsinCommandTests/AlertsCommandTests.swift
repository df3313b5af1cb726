import FakeServer
import Testing
import TocsinCore

@testable import tocsin

@Suite(.timeLimit(.minutes(10))) struct AlertsCommandTests {
  private func with(
    _ answer: @escaping @Sendable (FakeServer.Request) -> FakeServer.Reply, _ body: (FakeServer) async throws -> Void
  ) async throws {
    try await FakeServer.with(FakeServer.Script(answer: answer), body)
  }

  @Test func alertsAreListedInColumns() async throws {
    try await with({ _ in .answer(200, "{\"alerts\":[\(Samples.alert())],\"count\":1}") }) { server in
      let result = await run(["alerts", "list", "--days", "3", "--url", server.url])
      #expect(result.status == .done)
      #expect(
        result.output == [
          "ALERT ID                              TIME                  SEVERITY  STATE  CAMPAIGN  COMPARED      "
            + "TYPE       TITLE",
          "\(Samples.alertID)  2025-06-24 21:05:12Z  high      open   c1        roas 1.5 < 2  "
            + "roas_drop  ROAS fell: Spring sale",
        ])
      #expect(server.requests.map(\.target) == ["/api/alerts/history?days_back=3&limit=100"])
    }
  }

  @Test func moreThanTheLimitIsSaid() async throws {
    try await with({ _ in .answer(200, "{\"alerts\":[\(Samples.alert())],\"count\":1,\"next_cursor\":\"x\"}") }) {
      server in
      let result = await run(["alerts", "list", "--limit", "1", "--json", "--url", server.url])
      #expect(result.output == ["{\"alerts\":[\(Samples.alert())],\"count\":1}"])
      #expect(result.errors == ["There are more: --limit shows them."])
    }
  }

  @Test func controlCharactersDoNotReachTheTerminal() async throws {
    let alert = Samples.alert(title: "evil \\u001b[2J title\\u202e")
    try await with({ _ in .answer(200, alert) }) { server in
      let result = await run(["alerts", "show", Samples.alertID, "--url", server.url])
      #expect(result.output.first == "evil \u{FFFD}[2J title\u{FFFD}")
      #expect(result.output.contains("campaign   Spring sale (c1)"))
    }
  }

  @Test func theUserIsNamedOrTheEnvironments() async throws {
    try await with({ _ in .answer(200, "{\"success\":true}") }) { server in
      let one = await run(
        ["alerts", "acknowledge", Samples.alertID, "--url", server.url],
        environment: ["USER": "root", "TOCSIN_USER": "kim"])
      #expect(one == CommandRun(status: .done, output: ["acknowledged  \(Samples.alertID)"], errors: []))
      let two = await run(
        ["alerts", "resolve", "x", "--user", "lee", "--url", server.url], environment: ["USER": "kim"])
      #expect(two.status == .done)
      #expect(server.requests.map(\.body) == ["{\"user_id\":\"kim\"}", "{\"user_id\":\"lee\"}"])
      let nobody = await run(["alerts", "resolve", "x", "--url", server.url])
      #expect(nobody.status == .usage)
    }
  }

  @Test func filtersReachTheServer() async throws {
    try await with({ _ in .answer(200, "{\"alerts\":[],\"count\":0}") }) { server in
      let result = await run([
        "alerts", "list", "--campaign", "c1", "--campaign", "c 2", "--severity", "high", "--severity", "critical",
        "--type", "roas_drop", "--rule", "r1", "--ad", "a1", "--acknowledged", "--since", "2026-03-01", "--until",
        "2026-03-02T10:00:00Z", "--url", server.url,
      ])
      #expect(result == CommandRun(status: .done, output: ["no alerts match"], errors: []))
      #expect(
        server.requests.map(\.target) == [
          "/api/alerts?campaign_id=c1&campaign_id=c%202&alert_type=roas_drop&severity=high&severity=critical"
            + "&rule_id=r1&ad_id=a1&acknowledged=true&since=2026-03-01T00%3A00%3A00.000Z"
            + "&until=2026-03-02T10%3A00%3A00.000Z&limit=100"
        ])
    }
  }

  @Test(arguments: ["2h", "0s", "90m", "7d", "2026-03-01", "2026-03-01T09:15:00Z"])
  func momentsAreUnderstood(text: String) {
    #expect(MomentArgument(argument: text) != nil)
  }

  @Test(arguments: ["", "h", "2", "-2h", "2 h", "2w", "99999999999999999999s", "9223372036854775807d", "2026-13-01"])
  func otherMomentsAreRefused(text: String) {
    #expect(MomentArgument(argument: text) == nil)
  }

  @Test func aLengthOfTimeCountsFromNow() {
    let now = Timestamp(milliseconds: 10_000_000)
    #expect(MomentArgument(argument: "2h")?.timestamp(now: now) == Timestamp(milliseconds: 2_800_000))
  }

  @Test func whatChangedNothingSaysWhoDidItBefore() async throws {
    let marked = Samples.alert().replacing("\"acknowledged_by\":null", with: "\"acknowledged_by\":\"lee\"")
      .replacing("\"acknowledged\":false", with: "\"acknowledged\":true")
      .replacing("\"acknowledged_at\":null", with: "\"acknowledged_at\":\"2025-06-24T21:06:00.000Z\"")
    try await with({ request in
      request.method == "GET" ? .answer(200, marked) : .answer(200, "{\"success\":true,\"changed\":false}")
    }) { server in
      let result = await run(["alerts", "acknowledge", Samples.alertID, "--user", "kim", "--url", server.url])
      #expect(
        result == CommandRun(status: .done, output: ["already acknowledged by lee  \(Samples.alertID)"], errors: []))
    }
  }

  @Test func allAlertsOfACampaignAreChanged() async throws {
    let other = "0197a3c2-5b1e-7c40-9a1d-000000000000"
    try await with({ request in
      if request.method == "GET" {
        return .answer(200, "{\"alerts\":[\(Samples.alert()),\(Samples.alert(id: other))],\"count\":2}")
      }
      return .answer(200, "{\"success\":true,\"changed\":true}")
    }) { server in
      let result = await run(["alerts", "acknowledge", "--campaign", "c1", "--user", "kim", "--url", server.url])
      #expect(result.status == .done)
      #expect(
        result.output == [
          "acknowledged  \(Samples.alertID)  ROAS fell: Spring sale", "acknowledged  \(other)  ROAS fell: Spring sale",
          "2 acknowledged",
        ])
      #expect(
        server.requests.map(\.line) == [
          "GET /api/alerts?campaign_id=c1&acknowledged=false&limit=1000",
          "PUT /api/alerts/\(Samples.alertID)/acknowledge", "PUT /api/alerts/\(other)/acknowledge",
        ])
      #expect(await run(["alerts", "resolve", "--url", server.url]).status == .usage)
      #expect(await run(["alerts", "resolve", "x", "--campaign", "c1", "--url", server.url]).status == .usage)
    }
  }

  @Test func theBeginningOfAnIDIsEnough() async throws {
    let other = "0197a3c2-5b1e-7c40-9a1d-000000000000"
    try await with({ request in
      request.target.hasPrefix("/api/alerts/history")
        ? .answer(200, "{\"alerts\":[\(Samples.alert()),\(Samples.alert(id: other))],\"count\":2}")
        : .answer(200, Samples.alert())
    }) { server in
      let one = await run(["alerts", "show", "0197A3C25b1e7c409a1d3", "--url", server.url])
      #expect(one.status == .done)
      #expect(
        server.requests.map(\.target) == [
          "/api/alerts/history?since=2025-06-24T21%3A05%3A12.990Z&until=2025-06-24T21%3A05%3A12.991Z&limit=1000",
          "/api/alerts/\(Samples.alertID)",
        ])
      let several = await run(["alerts", "resolve", "0197a3c2-5b1e", "--user", "kim", "--url", server.url])
      #expect(several.status == .usage)
      #expect(
        several.errors == [
          "tocsin: several alerts have an id that begins with 0197a3c2-5b1e:",
          "  \(Samples.alertID)  ROAS fell: Spring sale", "  \(other)  ROAS fell: Spring sale",
        ])
      let none = await run(["alerts", "timeline", "0197a3c2-5b1e-7c40-9a1d-4", "--url", server.url])
      #expect(
        none
          == CommandRun(
            status: .refused, output: [],
            errors: ["tocsin: there is no alert whose id begins with 0197a3c2-5b1e-7c40-9a1d-4"]))
    }
  }

  @Test(arguments: [("0", 1_099_511_627_776), ("0197a3c2", 65_536), ("0197a3c2-5b1e", 1), ("0197a3c2-5b1e-7", 1)])
  func aBeginningIsARangeOfTime(text: String, milliseconds: Int64) throws {
    let range = try #require(AlertIDRange(text))
    #expect(range.until.milliseconds - range.since.milliseconds == milliseconds * (text == "0" ? 16 : 1))
  }

  @Test func aTimelineIsATable() async throws {
    let answer = """
      {"alert_id":"\(Samples.alertID)","count":3,"timeline":[
      {"timestamp":"2026-01-01T00:00:00.042Z","event":"fired"},
      {"timestamp":"2026-01-01T00:00:00.050Z","event":"delivery_attempt","receiver":"on-call","target":"slack-1",
      "attempt":1,"outcome":"retryable","status":503,"latency_ms":7,"error":"it answered 503"},
      {"timestamp":"2026-01-01T00:01:00.000Z","event":"acknowledged","user_id":"kim"}]}
      """
    try await with({ _ in .answer(200, answer) }) { server in
      let result = await run(["alerts", "timeline", Samples.alertID, "--url", server.url])
      #expect(
        result.output == [
          "TIME                      EVENT             RECEIVER         WHAT",
          "2026-01-01 00:00:00.042Z  fired",
          "2026-01-01 00:00:00.050Z  delivery attempt  on-call/slack-1  "
            + "attempt 1: retryable (503) after 7 ms: it answered 503",
          "2026-01-01 00:01:00.000Z  acknowledged                       by kim",
        ])
      #expect(server.requests.map(\.target) == ["/api/alerts/\(Samples.alertID)/timeline"])
    }
  }

  @Test func aTimelineSaysWhyNobodyIsNotified() async throws {
    let answer = """
      {"alert_id":"\(Samples.alertID)","count":1,"timeline":[{"timestamp":"2026-01-01T00:00:00.042Z","event":"fired",
      "reason":"no_route_matches","detail":"no route matches the alert"}]}
      """
    try await with({ _ in .answer(200, answer) }) { server in
      let result = await run(["alerts", "timeline", Samples.alertID, "--url", server.url])
      #expect(
        result.output == [
          "TIME                      EVENT  RECEIVER  WHAT",
          "2026-01-01 00:00:00.042Z  fired            nobody is notified: no route matches the alert",
        ])
    }
  }

  /// The server knows what came before what: times are equal, or those of two clocks.
  @Test func aTimelineKeepsTheServersOrder() async throws {
    let events = ["fired", "delivery_due", "delivery_claimed", "delivery_attempt", "resolved", "delivery_ended"]
    let entries = events.enumerated().map { index, event in
      "{\"timestamp\":\"2026-01-01T00:00:00.\(index == 4 ? "001" : "005")Z\",\"event\":\"\(event)\"}"
    }
    let answer = "{\"alert_id\":\"\(Samples.alertID)\",\"timeline\":[\(entries.joined(separator: ","))]}"
    try await with({ _ in .answer(200, answer) }) { server in
      let result = await run(["alerts", "timeline", Samples.alertID, "--url", server.url])
      let order = result.output.dropFirst().compactMap { line in
        events.first { line.contains($0.replacing("_", with: " ")) }
      }
      #expect(order == events)
    }
  }

  @Test func anUnknownAlertIsOne() async throws {
    let problem = Samples.problem(404, title: "Not Found", detail: "there is no such alert")
    try await with({ _ in .answer(404, problem) }) { server in
      let result = await run(["alerts", "show", "x", "--url", server.url])
      #expect(
        result == CommandRun(status: .refused, output: [], errors: ["tocsin: Not Found: there is no such alert"]))
    }
  }

  @Test func noServerIsThreeWithAdvice() async {
    await ClosedPort.with { url in
      let result = await run(["alerts", "list", "--url", url])
      #expect(result.status == .unreachable)
      #expect(
        result.errors == [
          "tocsin: no server can be reached: \(url): connection refused",
          "Start one with `tocsin serve` or `tocsin dev`, or name another one with --url or TOCSIN_URL.",
        ])
    }
  }
}
