import FakeServer
import Testing
import TocsinCore

@testable import tocsin

@Suite(.timeLimit(.minutes(1))) struct AlertsCommandTests {
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
          "TIME                  SEVERITY  TYPE       CAMPAIGN  COMPARED      STATE  "
            + "ALERT ID                              TITLE",
          "2025-06-24 21:05:12Z  high      roas_drop  c1        roas 1.5 < 2  open   "
            + "\(Samples.alertID)  ROAS fell: Spring sale",
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
        ["alerts", "acknowledge", Samples.alertID, "--url", server.url], environment: ["USER": "kim"])
      #expect(one == CommandRun(status: .done, output: ["acknowledged  \(Samples.alertID)"], errors: []))
      let two = await run(
        ["alerts", "resolve", "x", "--user", "lee", "--url", server.url], environment: ["USER": "kim"])
      #expect(two.status == .done)
      #expect(server.requests.map(\.body) == ["{\"user_id\":\"kim\"}", "{\"user_id\":\"lee\"}"])
      let nobody = await run(["alerts", "resolve", "x", "--url", server.url])
      #expect(nobody.status == .usage)
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
