import NIOHTTP1
import Testing
import TocsinJSON

@testable import TocsinServer

@Suite struct RouteTableTests {
  private static func endpoint(_ method: HTTPMethod, _ path: String) -> Endpoint {
    let operation = Operation(
      id: "\(method) \(path)", tag: "", summary: "", success: Operation.Success(description: "", schema: .null))
    return Endpoint(method, path, operation) { _ in HTTPAnswer(bytes: []) }
  }

  private let table = RouteTable([
    endpoint(.GET, "/api/alerts"), endpoint(.GET, "/api/alerts/{id}"), endpoint(.GET, "/api/alerts/stats"),
    endpoint(.PUT, "/api/alerts/{id}/resolve"), endpoint(.POST, "/api/alerts/rules"),
    endpoint(.GET, "/api/alerts/rules/{rule}/history"), endpoint(.DELETE, "/api/alerts/rules/{rule}"),
  ])

  private func found(_ method: HTTPMethod, _ path: String) -> String {
    switch table.match(method, path[...]) {
    case .found(let endpoint, let parameters):
      return ([endpoint.operation.id] + parameters.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
    case .otherMethods(let methods): return methods.joined(separator: ",")
    case .nothing: return "-"
    }
  }

  @Test(arguments: [
    (HTTPMethod.GET, "/api/alerts", "GET /api/alerts"), (.HEAD, "/api/alerts/", "GET /api/alerts"),
    (.GET, "//api//alerts", "GET /api/alerts"), (.GET, "/api/alerts/stats", "GET /api/alerts/stats"),
    (.GET, "/api/alerts/a%2Fb", "GET /api/alerts/{id} id=a%2Fb"),
    // A literal component goes first, and a way that leads nowhere is left again.
    (.PUT, "/api/alerts/stats/resolve", "PUT /api/alerts/{id}/resolve id=stats"),
    (.PUT, "/api/alerts/rules/resolve", "DELETE"),
    (.GET, "/api/alerts/rules/r1/history", "GET /api/alerts/rules/{rule}/history rule=r1"),
    (.PUT, "/api/alerts", "GET,HEAD"), (.GET, "/api/alerts/rules", "POST"), (.DELETE, "/api/alerts/stats", "GET,HEAD"),
    (.GET, "/", "-"), (.GET, "/api", "-"), (.GET, "/api/alerts/1/2/3", "-"),
    (.RAW(value: "X"), "/api/alerts", "GET,HEAD"),
  ])
  func aPathHasOneEndpoint(method: HTTPMethod, path: String, expected: String) {
    #expect(found(method, path) == expected)
  }

  @Test(arguments: [
    ("/a/b?c=d?e", "/a/b", "c=d?e"), ("/a", "/a", ""), ("/a?", "/a", ""), ("http://h:80/a?b", "/a", "b"),
    ("http://h", "", ""), ("http://h?b", "", "b"), ("*", "*", ""), ("", "", ""),
  ])
  func aTargetHasAPathAndAQuery(uri: String, path: String, query: String) {
    let target = RequestTarget(uri)
    #expect(target.path == path)
    #expect(target.query == query)
  }
}
