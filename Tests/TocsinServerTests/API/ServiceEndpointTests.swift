import NIOCore
import NIOHTTP1
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

@Suite struct ServiceEndpointTests {
  @Test func aNodeThatStopsIsAliveButNotReady() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      engine.receive(.listening(serverRunID: "r"))
      engine.receive(.probe("test"))
      engine.postgres(isUp: true)
      await engine.health.waitUntilReady()
      let ready = try await client.send(.GET, "/readyz")
      #expect(ready.status == 200)
      #expect(ready.json == ["status": "ready", "degraded": []])
      engine.postgres(isUp: false)
      #expect(try await client.send(.GET, "/readyz").json == ["status": "ready", "degraded": ["postgresql"]])
      engine.health.beginDraining()
      let draining = try await client.send(.GET, "/readyz")
      #expect(draining.status == 503)
      #expect(draining.contentType == "application/problem+json")
      #expect(draining["reasons"] == ["draining"])
      #expect(draining["degraded"] == ["postgresql"])
      #expect(try await client.send(.GET, "/livez").json == ["status": "ok"])
    }
  }

  @Test func metricsCountRequestsByRoute() async throws {
    try await TestCluster.run { engine, _ in
      let log = RequestLog(metrics: engine.metrics, accessLog: nil)
      var answer = HTTPAnswer(["a": 1])
      var ids = RequestIDs()
      answer.route = "/api/alerts/rules/{rule_id}"
      log.record(answer, method: .GET, since: .now(), id: ids.next())
      log.record(answer, method: .RAW(value: "EVIL"), since: nil, id: ids.next())
      log.recordCheck(since: .now(), id: ids.next())
      let reply = try await APIClient(engine).send(.GET, "/metrics")
      #expect(reply.contentType == "text/plain; version=0.0.4; charset=utf-8")
      for (method, route) in [
        ("GET", "/api/alerts/rules/{rule_id}"), ("other", "/api/alerts/rules/{rule_id}"), ("POST", "/api/alerts/check"),
      ] {
        let line = #"tocsin_http_requests_total{method="\#(method)",route="\#(route)",status="200"} 1"#
        #expect(reply.text.contains(line))
      }
      #expect(reply.text.contains(#"tocsin_http_request_duration_seconds_count{route="/api/alerts/check"} 1"#))
    }
  }
}
