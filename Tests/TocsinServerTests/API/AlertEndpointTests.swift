import NIOHTTP1
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct AlertEndpointTests {
  private static func check(_ campaign: String, _ value: String = "2.5") -> String {
    #"{"metric_name":"roas","metric_value":\#(value),"campaign_id":"\#(campaign)","campaign_name":"C"}"#
  }

  @Test func theLifeOfAnAlert() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let fired = try await client.send(.POST, "/api/alerts/check", Self.check("c1"))
      #expect(fired.status == 200)
      #expect(fired["alerts_triggered"] == 1)
      #expect(fired["persisted"] == true)
      let alert = try #require(fired["alerts"]?.array?.first?.object)
      #expect(alert["rule_id"] == "roas_drop_warning")
      let path = "/api/alerts/" + (alert["alert_id"]?.string ?? "")

      #expect(try await client.send(.GET, path)["campaign_id"] == "c1")
      #expect(try await client.send(.GET, "/api/alerts?campaign_id=c1")["count"] == 1)
      #expect(try await client.send(.GET, "/api/alerts?campaign_id=other")["count"] == 0)

      for user in ["ann", "bob"] {
        let reply = try await client.send(.PUT, path + "/acknowledge", #"{"user_id":"\#(user)"}"#)
        #expect(reply["acknowledged_by"] == "ann")
        #expect(reply["success"] == true)
        #expect(reply["changed"] == .bool(user == "ann"))
      }
      #expect(try await client.send(.PUT, path + "/acknowledge", "{}").status == 422)
      #expect(try await client.send(.PUT, path + "/acknowledge", #"{"user_id":""}"#).status == 422)
      let nobody = try await client.send(.PUT, path + "/acknowledge")
      #expect(nobody.status == 422)
      #expect(nobody["errors"]?.array?.first?.object?["pointer"] == "/user_id")
      #expect(try await client.send(.PUT, path + "/acknowledge", "x", type: "text/plain").status == 415)
      let named = try await client.send(.PUT, path + "/acknowledge", headers: ["X-Tocsin-User": "cleo"])
      #expect(named["acknowledged_by"] == "ann")
      let mistyped = try await client.send(.PUT, path + "/resolve", #"{"user":"bob","user_id":7}"#)
      #expect(mistyped.status == 422)
      #expect(mistyped["errors"]?.array?.map { $0.object?["pointer"] } == ["/user", "/user_id"])

      for body in [nil, #"{"user_id":"bob"}"#] {
        let reply = try await client.send(.PUT, path + "/resolve", body, headers: ["X-Tocsin-User": "dan"])
        #expect(reply["resolved"] == true)
        #expect(reply["resolved_by"] == "dan")
        #expect(reply["changed"] == .bool(body == nil))
      }
      let late = try await client.send(.PUT, path + "/acknowledge", #"{"user_id":"bob"}"#)
      #expect(late["changed"] == false)
      #expect(late["resolved_by"] == "dan")
      #expect(try await client.send(.PUT, path + "/resolve", #"{"user_id":7}"#).status == 422)
      #expect(try await client.send(.GET, "/api/alerts")["count"] == 0)
      let history = try await client.send(.GET, "/api/alerts/history?days_back=3")
      #expect(history["count"] == 1)
      #expect(history["days_back"] == 3)
      let unknown = "/api/alerts/018f3c5e-9f00-7abc-8def-0123456789ab"
      #expect(try await client.send(.PUT, unknown + "/resolve").status == 404)
    }
  }

  @Test func pagesFollowEachOther() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for number in 1...5 { _ = try await client.send(.POST, "/api/alerts/check", Self.check("c\(number)")) }
      var seen: Set<String> = []
      var target = "/api/alerts?limit=2"
      for size in [2, 2, 1] {
        let page = try await client.send(.GET, target)
        #expect(page["count"] == .integer(Int64(size)))
        for alert in page["alerts"]?.array ?? [] { seen.insert(alert.object?["alert_id"]?.string ?? "") }
        target = "/api/alerts?limit=2&cursor=" + (page["next_cursor"]?.string ?? "")
        #expect((page["next_cursor"] == nil) == (size == 1))
      }
      #expect(seen.count == 5)
    }
  }

  @Test func anAcknowledgementIsTheHeadersWhereTheBodyNamesNobody() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for (campaign, body, user) in [
        ("c1", nil, "cleo"), ("c2", "{}", "cleo"), ("c3", #"{"user_id":"ann"}"#, "ann"),
      ] {
        let fired = try await client.send(.POST, "/api/alerts/check", Self.check(campaign))
        let id = fired["alerts"]?.array?.first?.object?["alert_id"]?.string ?? ""
        let reply = try await client.send(
          .PUT, "/api/alerts/\(id)/acknowledge", body, headers: ["X-Tocsin-User": "cleo"])
        #expect(reply["acknowledged_by"] == .string(user))
        #expect(reply["changed"] == true)
      }
    }
  }

  @Test func listsAreFiltered() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      var ids: [String] = []
      for campaign in ["c1", "c2", "c3"] {
        let fired = try await client.send(.POST, "/api/alerts/check", Self.check(campaign))
        ids.append(fired["alerts"]?.array?.first?.object?["alert_id"]?.string ?? "")
      }
      _ = try await client.send(.PUT, "/api/alerts/\(ids[0])/acknowledge", #"{"user_id":"ann"}"#)
      let time = try await client.send(.GET, "/api/alerts/" + ids[1])["timestamp"]?.string ?? ""
      for (query, count) in [
        ("campaign_id=c1,c2", 2), ("campaign_id=c1&campaign_id=c3&acknowledged=false", 1), ("acknowledged=true", 1),
        ("rule_id=roas_drop_warning", 3), ("rule_id=other", 0), ("ad_id=a1", 0), ("severity=high,medium", 3),
        ("severity=low&severity=info", 0), ("alert_type=roas_drop,high_cpa", 3), ("since=2020-01-01T00:00:00Z", 3),
        ("until=2020-01-01T00:00:00Z", 0), ("until=2099-01-01T00:00:00Z", 3), ("since=\(time)&until=\(time)", 0),
      ] {
        for path in ["/api/alerts", "/api/alerts/history"] {
          let reply = try await client.send(.GET, "\(path)?\(query)")
          #expect(reply["count"] == .integer(Int64(count)), "\(path) \(query)")
        }
      }
      let history = "/api/alerts/history"
      #expect(try await client.send(.GET, history)["days_back"] == 7)
      #expect(try await client.send(.GET, history + "?since=2020-01-01T00:00:00Z")["days_back"] == .some(.null))
      #expect(try await client.send(.GET, history + "?since=2020-01-01T00:00:00Z&days_back=1")["days_back"] == 1)
      #expect(try await client.send(.GET, "/api/alerts?campaign=c1").status == 422)
    }
  }

  @Test func oneBadCheckFailsAlone() async throws {
    try await TestCluster.run { engine, _ in
      let body = #"{"checks":[\#(Self.check("a")),{"metric_name":"roas","vlaue":1},\#(Self.check("b", "9")),7]}"#
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/check/batch", body)
      #expect(reply.status == 200)
      #expect(reply["alerts_triggered"] == 1)
      let results = try #require(reply["results"]?.array).map { $0.object ?? [:] }
      #expect(results.map { $0["alerts_triggered"] } == [1, nil, 0, nil])
      #expect(results[1]["error"]?.object?["status"] == 422)
      #expect(results[1]["error"]?.object?["instance"] == "/api/alerts/check/batch#/checks/1")
      #expect(
        results[1]["error"]?.object?["errors"]?.array?.contains { $0.object?["pointer"] == "/checks/1/vlaue" } == true)
      #expect(results[3]["error"]?.object?["status"] == 422)
    }
  }

  @Test func shorthandsNameTheirTypes() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for (path, field, value) in [
        ("roas", "roas", "1.5"), ("budget", "budget_spent_pct", "100"), ("ctr", "ctr_drop_pct", "25"),
        ("conversions", "conversion_spike_pct", "60"),
      ] {
        let body = #"{"campaign_id":"\#(path)","campaign_name":"C","\#(field)":\#(value)}"#
        let reply = try await client.send(.POST, "/api/alerts/check/" + path, body)
        #expect(reply.status == 200)
        #expect(reply["alerts_triggered"] != 0)
      }
    }
  }

  @Test func statisticsLeaveOutZeros() async throws {
    try await TestCluster.run { engine, _ in
      _ = try await APIClient(engine).send(.POST, "/api/alerts/check", Self.check("c"))
      let reply = try await APIClient(engine).send(.GET, "/api/alerts/stats?campaign_id=c")
      #expect(
        reply.json == [
          "total_alerts": 1, "active_alerts": 1, "acknowledged": 0, "resolved": 0, "by_type": ["roas_drop": 1],
          "by_severity": ["medium": 1], "campaign_id": "c",
        ])
      #expect(try await APIClient(engine).send(.GET, "/api/alerts/stats")["campaign_id"] == .some(.null))
    }
  }

  @Test func withoutPostgresReadsMustWait() async throws {
    try await TestCluster.run { engine, cluster in
      cluster.losePostgres()
      for target in ["/api/alerts", "/api/alerts/history", "/api/alerts/stats"] {
        let reply = try await APIClient(engine).send(.GET, target)
        #expect(reply.status == 503)
        #expect(reply.headers["retry-after"] == "1")
      }
    }
  }
}
