import NIOHTTP1
import Synchronization
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinTesting

@testable import TocsinServer

/// Why a check raises what it raises: `suppressed` of a check's answer, and `POST /api/alerts/explain`.
@Suite(.timeLimit(.minutes(10))) struct ReasonTests {
  private static let check = body("roas", "1.5")

  private static func body(_ metric: String, _ value: String, _ more: String = "") -> String {
    #"{"metric_name":"\#(metric)","metric_value":\#(value),"campaign_id":"c1","campaign_name":"C"\#(more)}"#
  }

  /// Raises the alerts of two rules; the cooldown of the second one is over at once.
  /// - Returns: the alert that begins the cooldown of the first one
  private func fire(_ engine: Engine) async throws -> AlertID {
    var warning = try engine.rules.rule("roas_drop_warning", tenant: .standard)
    warning.cooldownMinutes = 0
    _ = try await engine.rules.save(warning, tenant: .standard, actor: "test")
    let fired = try await APIClient(engine).send(.POST, "/api/alerts/check", Self.check)
    #expect(fired["alerts_triggered"] == 2)
    #expect(fired.json.object?["suppressed"] == nil)
    return try #require(fired["alerts"]?.array?.first?.object?["alert_id"]?.string.flatMap { AlertID($0) })
  }

  @Test func whatHeldAnAlertBackIsInEachAnswer() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let id = try await fire(engine)
      let until = id.timestamp.advanced(by: 30 * 60_000)
      let suppressed: JSON = [
        [
          "rule_id": "roas_drop_critical", "reason": "cooldown", "until": .string(until.description),
          "alert_id": .string(id.description),
        ]
      ]
      let single = try await client.send(.POST, "/api/alerts/check", Self.check)
      #expect(single["alerts"]?.array?.compactMap { $0.object?["rule_id"] } == ["roas_drop_warning"])
      #expect(single["suppressed"] == suppressed)
      let shorthand = try await client.send(
        .POST, "/api/alerts/check/roas", #"{"roas":1.5,"campaign_id":"c1","campaign_name":"C"}"#)
      #expect(shorthand["suppressed"] == suppressed)
      let batch = try await client.send(
        .POST, "/api/alerts/check/batch", #"{"checks":[\#(Self.check),\#(Self.body("roas", "9"))]}"#)
      let results = try #require(batch["results"]?.array)
      #expect(results.first?.object?["suppressed"] == suppressed)
      #expect(results.last?.object?["suppressed"] == nil)
    }
  }

  @Test func whatANewerReleaseHoldsHasNoEnd() async throws {
    try await TestCluster.run { engine, cluster in
      cluster.server.keepNewerCooldown(
        rule: "roas_drop_critical", entity: Entity(campaignID: "c1"), tenant: .standard)
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/check", Self.check)
      #expect(
        reply["suppressed"] == [
          ["rule_id": "roas_drop_critical", "reason": "newer_release", "until": nil, "alert_id": nil]
        ])
    }
  }

  @Test func eachReasonIsCounted() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      _ = try await fire(engine)
      _ = try await client.send(.POST, "/api/alerts/check", Self.check)
      _ = try await client.send(.POST, "/api/alerts/check", Self.check)
      _ = try await client.send(.POST, "/api/alerts/explain", Self.check)
      let text = try await client.send(.GET, "/metrics").text
      #expect(text.contains("tocsin_suppressed_total{reason=\"cooldown\"} 2\n"))
      #expect(text.contains("tocsin_suppressed_total{reason=\"repeat\"} 0\n"))
      #expect(text.contains("tocsin_suppressed_total{reason=\"newer_release\"} 0\n"))
    }
  }

  @Test func explainTellsWhatACheckWouldDoAndDoesNothing() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let id = try await fire(engine)
      let until = id.timestamp.advanced(by: 30 * 60_000)
      let reply = try await client.send(.POST, "/api/alerts/explain", Self.check)
      #expect(reply.status == 200)
      #expect(reply["metric_name"] == "roas")
      #expect(reply["known"] == true)
      #expect(reply["did_you_mean"] == [])
      let rules = try #require(reply["rules"]?.array)
      #expect(rules.map { $0.object?["rule_id"] } == ["roas_drop_critical", "roas_drop_warning"])
      #expect(rules.map { $0.object?["verdict"] } == ["cooldown", "fires"])
      #expect(rules.map { $0.object?["until"] } == [.string(until.description), nil])
      #expect(rules.map { $0.object?["alert_id"] } == [.string(id.description), nil])
      #expect(rules.first?.object?["value"] == 1.5)
      #expect(rules.first?.object?["threshold"] == 2)
      #expect(rules.first?.object?["name"] == "ROAS < 2.0x")
      #expect(try await engine.alerts.statistics(campaignID: nil, tenant: .standard).total == 2)
    }
  }

  @Test func anUnknownMetricIsTold() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let reply = try await client.send(.POST, "/api/alerts/explain", Self.body("raos", "1"))
      #expect(reply["known"] == false)
      #expect(reply["did_you_mean"] == ["roas"])
      #expect(reply["rules"] == [])
      let byType = Self.body("raos", "1", #","alert_types":["roas_drop"]"#)
      let known = try await client.send(.POST, "/api/alerts/explain", byType)
      #expect(known["known"] == true)
      #expect(known["did_you_mean"] == [])
      #expect(known["rules"]?.array?.count == 2)
    }
  }

  @Test func explainRefusesWhatACheckRefuses() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for path in ["/api/alerts/check", "/api/alerts/explain"] {
        #expect(try await client.send(.POST, path, "{").status == 400)
        #expect(try await client.send(.POST, path, Self.check, type: "text/plain").status == 415)
        let reply = try await client.send(.POST, path, #"{"metric_name":"","campaign_id":"c1","extra":1}"#)
        #expect(reply.status == 422)
        #expect(
          Set(reply["errors"]?.array?.compactMap { $0.object?["pointer"]?.string } ?? []) == [
            "/metric_name", "/metric_value", "/campaign_name", "/extra",
          ])
      }
    }
  }
}
