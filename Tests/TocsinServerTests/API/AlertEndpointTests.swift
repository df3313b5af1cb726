import NIOHTTP1
import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct AlertEndpointTests {
  private static func check(_ campaign: String, _ value: String = "2.5") -> String {
    #"{"metric_name":"roas","metric_value":\#(value),"campaign_id":"\#(campaign)","campaign_name":"C"}"#
  }

  @Test func theLifeOfAnAlert() async throws {
    try await MemoryCluster.run { engine, _ in
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
      }
      #expect(try await client.send(.PUT, path + "/acknowledge", "{}").status == 422)
      #expect(try await client.send(.PUT, path + "/acknowledge", #"{"user_id":""}"#).status == 422)
      #expect(try await client.send(.PUT, path + "/acknowledge").status == 415)

      for body in [nil, #"{"user_id":"bob"}"#] {
        let reply = try await client.send(.PUT, path + "/resolve", body)
        #expect(reply["resolved"] == true)
      }
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
    try await MemoryCluster.run { engine, _ in
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

  @Test func oneBadCheckFailsAlone() async throws {
    try await MemoryCluster.run { engine, _ in
      let body = #"{"checks":[\#(Self.check("a")),{"metric_name":"roas"},\#(Self.check("b", "9")),7]}"#
      let reply = try await APIClient(engine).send(.POST, "/api/alerts/check/batch", body)
      #expect(reply.status == 200)
      #expect(reply["alerts_triggered"] == 1)
      let results = try #require(reply["results"]?.array).map { $0.object ?? [:] }
      #expect(results.map { $0["alerts_triggered"] } == [1, nil, 0, nil])
      #expect(results[1]["error"]?.object?["status"] == 422)
      #expect(results[1]["error"]?.object?["instance"] == "/api/alerts/check/batch#/checks/1")
      #expect(results[3]["error"]?.object?["status"] == 422)
    }
  }

  @Test func shorthandsNameTheirTypes() async throws {
    try await MemoryCluster.run { engine, _ in
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
    try await MemoryCluster.run { engine, _ in
      let reply = try await APIClient(engine).send(.GET, "/api/alerts/stats?campaign_id=c")
      #expect(
        reply.json == [
          "total_alerts": 0, "active_alerts": 0, "acknowledged": 0, "resolved": 0, "by_type": [:],
          "by_severity": ["high": 1], "campaign_id": "c",
        ])
      #expect(try await APIClient(engine).send(.GET, "/api/alerts/stats")["campaign_id"] == .some(.null))
    }
  }

  @Test func withoutPostgresReadsMustWait() async throws {
    try await MemoryCluster.run { engine, cluster in
      cluster.losePostgres()
      for target in ["/api/alerts", "/api/alerts/history", "/api/alerts/stats"] {
        let reply = try await APIClient(engine).send(.GET, target)
        #expect(reply.status == 503)
        #expect(reply.headers["retry-after"] == "1")
      }
    }
  }
}
