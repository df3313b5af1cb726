import FakeServer
import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite(.timeLimit(.minutes(10))) struct CheckAndWatchTests {
  private let line =
    "2025-06-24 21:05:12Z  HIGH      ROAS fell: Spring sale  [c1]  roas 1.5 < 2  \(Samples.alertID)"

  @Test func aCheckShowsItsAlerts() async throws {
    let script = FakeServer.Script(answer: { _ in
      .answer(200, "{\"alerts_triggered\":1,\"alerts\":[\(Samples.alert())],\"persisted\":true}")
    })
    try await FakeServer.with(script) { server in
      let arguments = ["check", "roas", "1.5", "--campaign", "c1", "--url", server.url]
      let result = await run(arguments)
      #expect(result == CommandRun(status: .done, output: [line, "  ROAS is 1.5."], errors: []))
      #expect(await run(arguments + ["--fail-on-alert"]).status == .alertRaised)
    }
  }

  @Test func aQuietCheckSaysSo() async throws {
    let script = FakeServer.Script(answer: { _ in .answer(200, "{\"alerts_triggered\":0,\"alerts\":[]}") })
    try await FakeServer.with(script) { server in
      let result = await run(["check", "roas", "5", "--campaign", "c1", "--fail-on-alert", "--url", server.url])
      #expect(result == CommandRun(status: .done, output: ["no alert"], errors: []))
    }
  }

  @Test func whatACooldownHoldsBackIsTold() async throws {
    let answer = """
      {"alerts_triggered":0,"alerts":[],"suppressed":[
      {"rule_id":"high_cpa","until":"2026-01-31T10:00:00.000Z","alert_id":"\(Samples.alertID)"},
      {"rule_id":"later","reason":"newer_release","until":null,"alert_id":null}]}
      """
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, answer) })) { server in
      let result = await run(["check", "cpa", "500", "--campaign", "c1", "--url", server.url])
      #expect(
        result
          == CommandRun(
            status: .done,
            output: [
              "no alert", "high_cpa is silent until 2026-01-31 10:00:00Z, by alert \(Samples.alertID)",
              "later is silent: a node of a newer release holds its cooldown",
            ], errors: []))
      #expect(server.requests.count == 1)
    }
  }

  private static let explanation = """
    {"metric_name":"cpa","known":true,"did_you_mean":[],"rules":[\
    {"rule_id":"a","name":"A","verdict":"fires","value":1.5,"threshold":2.0,"detail":"It is below."},\
    {"rule_id":"bb","name":"B","verdict":"samples","value":null,"threshold":20.0,"detail":"Too few."}]}
    """

  @Test(
    arguments: [
      (
        explanation, [],
        [
          "RULE  VERDICT  VALUE  THRESHOLD  WHY", "a     fires    1.5    2          It is below.",
          "bb    samples  -      20         Too few.",
        ]
      ),
      (explanation, ["--json"], [explanation]),
      (
        #"{"metric_name":"raos","known":false,"did_you_mean":["roas","roa"],"rules":[]}"#, [],
        ["no rule watches the metric raos; did you mean roas, roa?"]
      ),
      (
        #"{"metric_name":"raos","known":false,"did_you_mean":[],"rules":[]}"#, [], ["no rule watches the metric raos"]
      ),
    ] as [(String, [String], [String])])
  func explainSaysWhatEachRuleSays(answer: String, options: [String], output: [String]) async throws {
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, answer) })) { server in
      let arguments = ["check", "cpa", "1.5", "--campaign", "c1", "--explain", "--url", server.url]
      #expect(await run(arguments + options) == CommandRun(status: .done, output: output, errors: []))
      #expect(server.requests.map(\.line) == ["POST /api/alerts/explain"])
      #expect(await run(arguments + ["--fail-on-alert"]).status == .usage)
    }
  }

  private static func rule(_ id: String, _ metric: String, isEnabled: Bool = true) -> AlertRule {
    AlertRule(
      ruleID: id, name: id, alertType: .roasDrop, severity: .low, enabled: isEnabled, metricName: metric, threshold: 1)
  }

  @Test(
    arguments: [
      (["raos", "1"], [], "no rule watches the metric raos; did you mean roas?"),
      (["nothing_like_it", "1"], [], "no rule watches the metric nothing_like_it"),
      (["ctr", "1"], [], "the only rule that watches the metric ctr is disabled: off"),
      (["roas", "9"], [], nil), (["my_metric", "9"], ["--type", "roas_drop"], nil),
      (["my_metric", "9"], ["--type", "high_cpa"], "no rule of type high_cpa watches the metric my_metric"),
    ] as [([String], [String], String?)])
  func aMetricThatNoRuleWatchesIsTold(words: [String], options: [String], remark: String?) async throws {
    let rules = [Self.rule("on", "roas"), Self.rule("off", "ctr", isEnabled: false)]
    let list: JSON = ["rules": .array(rules.map(\.json)), "count": 2]
    let script = FakeServer.Script(answer: { request in
      .answer(200, request.line.hasPrefix("GET") ? list.text : #"{"alerts_triggered":0,"alerts":[]}"#)
    })
    try await FakeServer.with(script) { server in
      let result = await run(["check"] + words + ["--campaign", "c1", "--url", server.url] + options)
      #expect(
        result == CommandRun(status: .done, output: ["no alert"], errors: remark.map { ["tocsin: \($0)"] } ?? []))
    }
  }

  @Test(arguments: [503, 429])
  func theNextServerIsTriedWhereOneIsBusy(status: Int) async throws {
    let busy = FakeServer.Script(answer: { _ in
      .answer(
        status, Samples.problem(status, title: "Busy", detail: "redis is away"), headers: ["retry-after": "2"])
    })
    let ready = FakeServer.Script(answer: { _ in .answer(200, "{\"alerts_triggered\":0,\"alerts\":[]}") })
    try await FakeServer.with(busy) { first in
      let arguments = ["check", "roas", "5", "--campaign", "c1", "--url"]
      let alone = await run(arguments + [first.url])
      #expect(
        alone
          == CommandRun(
            status: .tryLater, output: [], errors: ["tocsin: Busy: redis is away", "Try again in 2 s."]))
      try await FakeServer.with(ready) { second in
        let both = await run(arguments + ["\(first.url),\(second.url)"])
        #expect(both == CommandRun(status: .done, output: ["no alert"], errors: []))
        #expect(second.requests.map(\.line).filter { $0.hasPrefix("POST") } == ["POST /api/alerts/check"])
      }
      await ClosedPort.with { closed in
        #expect(await run(arguments + ["\(closed),\(first.url)"]).status == .tryLater)
      }
    }
  }

  @Test func aCheckWithoutAnAnswerIsNotSentAgain() async throws {
    let silent = FakeServer.Script(answer: { _ in .drop })
    let ready = FakeServer.Script(answer: { _ in .answer(200, "{\"alerts_triggered\":0,\"alerts\":[]}") })
    try await FakeServer.with(silent) { first in
      try await FakeServer.with(ready) { second in
        let result = await run(["check", "roas", "5", "--campaign", "c1", "--url", "\(first.url),\(second.url)"])
        #expect(result.status == .unreachable)
        #expect(second.requests.isEmpty)
      }
    }
  }

  @Test func watchShowsEventsGapsAndInterruptions() async throws {
    let script = FakeServer.Script(stream: { request in
      request.number == 0
        ? [
          .send(Samples.connected("e.1-0")), .send(Samples.event("e.2-0")),
          .send("{\"type\":\"resync\",\"reason\":\"the log was trimmed\"}"), .close(1001),
        ]
        : [
          .send(Samples.connected("e.2-0")), .send("{\"type\":\"pong\"}"),
          .send("{\"type\":\"resumed\",\"recovered\":true,\"last_event_id\":\"e.2-0\"}"),
          .send(
            "{\"type\":\"alert_acknowledged\",\"event_id\":\"e.3-0\",\"alert_id\":\"a1\",\"user_id\":\"kim\","
              + "\"campaign_id\":\"c1\",\"timestamp\":\"2026-01-01T00:00:00.000Z\"}"),
        ]
    })
    try await FakeServer.with(script) { server in
      let result = await run(["watch", "--count", "2", "--severity", "high", "--url", server.url])
      #expect(result.status == .done)
      #expect(
        result.output == [
          line, "events are missing here (the log was trimmed): `tocsin alerts list` shows what is open",
          "2026-01-01 00:00:00Z  acknowledged a1  [c1] by kim",
        ])
      #expect(result.errors.first == "connected; waiting for alerts")
      #expect(result.errors.contains { $0.hasPrefix("interrupted: the server is shutting down; trying again in ") })
      #expect(result.errors.suffix(3) == ["connected again", "connected; waiting for alerts", "nothing was missed"])
      #expect(server.requests.last?.target == "/ws/alerts?last_event_id=e.2-0&severities=high")
    }
  }

  @Test func watchGivesMessagesAsTheyWereSent() async throws {
    let script = FakeServer.Script(stream: { _ in [.send(Samples.connected("e.1-0")), .send(Samples.event("e.2-0"))] })
    try await FakeServer.with(script) { server in
      let result = await run(
        ["watch", "--count", "1", "--json", "--last-event-id", "e.0-0", "--url", server.url])
      #expect(result.output == [Samples.connected("e.1-0"), Samples.event("e.2-0")])
      #expect(server.requests.first?.target == "/ws/alerts?last_event_id=e.0-0")
    }
  }

  @Test func aStreamThatIsRefusedIsOne() async throws {
    let script = FakeServer.Script(answer: { _ in .answer(403, "{\"title\":\"Forbidden\"}") })
    try await FakeServer.with(script) { server in
      let result = await run(["watch", "--url", server.url])
      #expect(result == CommandRun(status: .refused, output: [], errors: ["tocsin: Forbidden"]))
    }
  }
}
