import NIOHTTP1
import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct RuleEndpointTests {
  private static let rule =
    #"{"rule_id":"r1","name":"R","alert_type":"roas_drop","severity":"high","threshold":2,"threshold_operator":"<"}"#

  @Test func theLifeOfARule() async throws {
    try await MemoryCluster.run { engine, _ in
      let client = APIClient(engine)
      let saved = try await client.send(.POST, "/api/alerts/rules", Self.rule, headers: ["X-Tocsin-User": "ann"])
      #expect(saved.status == 200)
      #expect(saved["success"] == true)
      #expect(saved["rule"]?.object?["metric_name"] == "roas")

      let one = try await client.send(.GET, "/api/alerts/rules/r1")
      #expect(one["rule_id"] == "r1")

      // A body that nobody reads must be JSON all the same: pages send other types without asking.
      let text = try await client.send(.PUT, "/api/alerts/rules/r1/disable", "ignored", type: "text/plain")
      #expect(text.status == 415)
      let off = try await client.send(.PUT, "/api/alerts/rules/r1/disable", "{}")
      #expect(off.json == ["success": true, "enabled": false])
      let all = try await client.send(.GET, "/api/alerts/rules")
      let enabled = try await client.send(.GET, "/api/alerts/rules?enabled_only=true")
      #expect(all["count"] == .integer(Int64(DefaultRules.all.count + 1)))
      #expect(all["rules"]?.array?.count == DefaultRules.all.count + 1)
      #expect(enabled["count"] == .integer(Int64(DefaultRules.all.count)))
      #expect(try await client.send(.PUT, "/api/alerts/rules/r1/enable").json == ["success": true, "enabled": true])

      let gone = try await client.send(.DELETE, "/api/alerts/rules/r1")
      #expect(gone.json == ["success": true, "rule_id": "r1"])
      #expect(try await client.send(.DELETE, "/api/alerts/rules/r1").status == 404)
      #expect(try await client.send(.GET, "/api/alerts/rules/r1").status == 404)

      let history = try await client.send(.GET, "/api/alerts/rules/r1/history")
      #expect(history["count"] == 4)
      let changes = try #require(history["changes"]?.array)
      #expect(changes.map { $0.object?["action"] } == ["delete", "enable", "disable", "save"])
      #expect(changes.last?.object?["actor"] == "ann")
      #expect(changes.first?.object?["actor"] == "api")
      #expect(changes.first?.object?["after"] == .some(.null))
      #expect(try await client.send(.GET, "/api/alerts/rules/r1/history?limit=1")["count"] == 1)
    }
  }

  @Test func withoutPostgresChangesMustWait() async throws {
    try await MemoryCluster.run { engine, cluster in
      cluster.losePostgres()
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/rules", Self.rule)
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] == "1")
      #expect(try await APIClient(engine).send(.GET, "/api/alerts/rules").status == 200)
    }
  }
}
