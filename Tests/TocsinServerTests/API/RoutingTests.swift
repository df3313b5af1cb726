import NIOCore
import NIOHTTP1
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// Requests that are wrong in ways that have nothing to do with alerts.
@Suite struct RoutingTests {
  @Test(
    arguments: [
      (HTTPMethod.GET, "/nothing", 404, nil), (.GET, "/api/alerts/rules/a/b/c", 404, nil),
      (.DELETE, "/api/alerts", 405, "GET, HEAD"), (.GET, "/api/alerts/check", 405, "POST"),
      (.PATCH, "/api/alerts/rules/x", 405, "DELETE, GET, HEAD"), (.POST, "/api/alerts/stats", 405, "GET, HEAD"),
      (.GET, "/api/alerts/check/batch", 405, "POST"), (.TRACE, "/livez", 405, "GET, HEAD"),
      (.OPTIONS, "/api/alerts/rules", 405, "GET, HEAD, POST"), (.GET, "/api/alerts/rules/%zz", 400, nil),
      (.GET, "/api/alerts/rules/%ff", 400, nil), (.GET, "/api/alerts/\u{fffd}", 400, nil),
      (.GET, "/api/alerts?limit=%", 400, nil), (.GET, "/api/alerts?limit=0", 422, nil),
      (.GET, "/api/alerts/rules/%00", 422, nil),
      (.GET, "/api/alerts/rules/\(String(repeating: "a", count: 300))", 422, nil),
      (.GET, "/api/alerts/not-an-id", 404, nil), (.GET, "/ws/alerts", 426, nil),
    ] as [(HTTPMethod, String, Int, String?)])
  func wrongRequestsAreProblems(method: HTTPMethod, target: String, status: Int, allow: String?) async throws {
    try await TestCluster.run { engine, _ in
      let reply = try await APIClient(engine).send(method, target)
      #expect(reply.status == status)
      #expect(reply.contentType == "application/problem+json")
      #expect(reply["status"] == .integer(Int64(status)))
      #expect(reply["error"] == reply["title"])
      #expect(reply["details"] == reply["detail"])
      #expect(reply.headers["allow"] == allow)
    }
  }

  @Test(arguments: [
    ("/api/alerts/check", "{}", "text/plain", 415), ("/api/alerts/check", "{", "application/json", 400),
    ("/api/alerts/check", "{}", "application/json", 422), ("/api/alerts/check/roas", "{}", "application/json", 422),
    ("/api/alerts/check/batch", "[]", "application/json", 422), ("/api/alerts/rules", "{}", "application/json", 422),
    ("/api/alerts/rules", #"{"threshold":1e400}"#, "application/json", 422),
    ("/api/alerts/rules", "{}", "application/x-www-form-urlencoded", 415),
    ("/api/alerts/rules", "\u{0}", "Application/JSON ; charset=utf-8", 400),
  ])
  func wrongBodiesAreProblems(target: String, body: String, type: String, status: Int) async throws {
    try await TestCluster.run { engine, _ in
      let reply = try await APIClient(engine).send(.POST, target, body, type: type)
      #expect(reply.status == status)
      #expect(reply.contentType == "application/problem+json")
      #expect(status != 422 || reply["errors"]?.array?.isEmpty == false)
    }
  }
}
