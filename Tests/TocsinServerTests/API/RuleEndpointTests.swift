import NIOHTTP1
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct RuleEndpointTests {
  private static let rule =
    #"{"rule_id":"r1","name":"R","alert_type":"roas_drop","severity":"high","threshold":2,"threshold_operator":"<"}"#

  @Test func theLifeOfARule() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let saved = try await client.send(.POST, "/api/alerts/rules", Self.rule, headers: ["X-Tocsin-User": "ann"])
      #expect(saved.status == 200)
      #expect(saved["success"] == true)
      #expect(saved["rule"]?.object?["metric_name"] == "roas")
      #expect(saved["changed"] == true)
      // What was read can be sent back, and changes nothing.
      let back = try await client.send(.POST, "/api/alerts/rules", saved["rule"]?.text)
      #expect(back["changed"] == false)

      let one = try await client.send(.GET, "/api/alerts/rules/r1")
      #expect(one["rule_id"] == "r1")

      // A body that nobody reads must be JSON all the same: pages send other types without asking.
      let text = try await client.send(.PUT, "/api/alerts/rules/r1/disable", "ignored", type: "text/plain")
      #expect(text.status == 415)
      let empty = try await client.send(.PUT, "/api/alerts/rules/r1/disable", "", type: "text/plain")
      #expect(empty.status == 415)
      let off = try await client.send(.PUT, "/api/alerts/rules/r1/disable", "{}")
      #expect(off.json == ["success": true, "enabled": false, "changed": true])
      let again = try await client.send(.PUT, "/api/alerts/rules/r1/disable")
      #expect(again.json == ["success": true, "enabled": false, "changed": false])
      let all = try await client.send(.GET, "/api/alerts/rules")
      let enabled = try await client.send(.GET, "/api/alerts/rules?enabled_only=true")
      #expect(all["count"] == .integer(Int64(DefaultRules.all.count + 1)))
      #expect(all["rules"]?.array?.count == DefaultRules.all.count + 1)
      #expect(enabled["count"] == .integer(Int64(DefaultRules.all.count)))
      let on = try await client.send(.PUT, "/api/alerts/rules/r1/enable")
      #expect(on.json == ["success": true, "enabled": true, "changed": true])

      let gone = try await client.send(.DELETE, "/api/alerts/rules/r1")
      #expect(gone.json == ["success": true, "rule_id": "r1", "changed": true])
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

  @Test func aFieldThatIsNotKnownIsNamedWithTheNearest() async throws {
    try await TestCluster.run { engine, _ in
      let rule =
        #"{"rule_id":"r1","name":"R","alert_type":"roas_drop","severity":"worst","treshold":2,"threshold_operator":"<"}"#
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/rules", rule)
      #expect(reply.status == 422)
      #expect(Set(reply["errors"]?.array?.map { $0.object?["pointer"] } ?? []) == ["/treshold", "/severity"])
      #expect(reply.text.contains("treshold is not known; did you mean threshold?"))
      #expect(try await APIClient(engine).send(.GET, "/api/alerts/rules/r1").status == 404)
    }
  }

  @Test(arguments: ["a\tb", "Zo\u{fffd}", "\u{85}"])
  func whoIsNoNameIsRefused(user: String) async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for (method, target) in [(.POST, ""), (.DELETE, "/high_cpa"), (.PUT, "/high_cpa/disable")]
        as [(HTTPMethod, String)]
      {
        let reply = try await client.send(
          method, "/api/alerts/rules" + target, method == .POST ? Self.rule : nil, headers: ["X-Tocsin-User": user])
        #expect(reply.status == 422)
        #expect(reply["errors"]?.array?.first?.object?["parameter"] == "X-Tocsin-User")
      }
      let twice = try await client.send(
        .DELETE, "/api/alerts/rules/high_cpa", headers: ["X-Tocsin-User": "a", "x-tocsin-user": "b"])
      #expect(twice.status == 422)
      let named = try await client.send(.DELETE, "/api/alerts/rules/high_cpa", headers: ["X-Tocsin-User": "Zoë Ng"])
      #expect(named.status == 200)
      let history = try await client.send(.GET, "/api/alerts/rules/high_cpa/history?limit=1")
      #expect(history["changes"]?.array?.first?.object?["actor"] == "Zoë Ng")
    }
  }

  @Test func withoutPostgresChangesMustWait() async throws {
    try await TestCluster.run { engine, cluster in
      cluster.losePostgres()
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/rules", Self.rule)
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] == "1")
      #expect(try await APIClient(engine).send(.GET, "/api/alerts/rules").status == 200)
    }
  }
}
