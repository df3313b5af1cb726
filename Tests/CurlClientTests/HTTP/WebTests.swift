import CurlClient
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebTests {
  private let client: CurlClient

  init() throws {
    client = try trustingClient()
  }

  @Test(arguments: [200, 204, 301, 302, 307, 308, 304, 400, 401, 404, 410, 429, 500, 503])
  func everyStatusIsAResponse(status: Int) async throws {
    try await WebServer.with { server in
      let response = try await client.send(.get(server.url("/status/\(status)")))
      #expect(response.status == status && response.version == .http11)
      #expect(String(decoding: response.body, as: UTF8.self) == (status == 204 || status == 304 ? "" : "answer"))
      #expect(response.headers["RETRY-AFTER"] == (status == 429 ? "7" : nil))
      #expect(response.headers["location"] == (status / 100 == 3 ? "/status/200" : nil))
      #expect(server.requests.count == 1)
    }
  }

  @Test func whatTheServerGets() async throws {
    try await WebServer.with { server in
      let body = Array("{\"text\": \"ü\\u0000\"}".utf8) + [0, 255]
      let headers = [
        HTTPTransfer.Header("Content-Type", "application/json"), .init("Authorization", "Bearer t"),
        .init("X-Empty", ""), .init("X-Two", "a"), .init("X-Two", "b"),
      ]
      _ = try await client.send(HTTPTransfer("POST", server.url("/x?y=%20"), headers: headers, body: body))
      let request = try #require(server.requests.first)
      #expect(request.head.method == .POST && request.head.uri == "/x?y=%20" && request.body == body)
      #expect(request.head.headers["x-two"] == ["a", "b"] && request.head.headers["x-empty"] == [""])
      #expect(request.head.headers["authorization"] == ["Bearer t"])
      #expect(request.head.headers["content-type"] == ["application/json"])
      #expect(request.head.headers["content-length"] == ["\(body.count)"])
    }
  }

  @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"])
  func methodsWithoutABody(method: String) async throws {
    try await WebServer.with { server in
      let response = try await client.send(HTTPTransfer(method, server.url("/status/200")))
      let head = try #require(server.requests.first).head
      #expect(response.status == 200 && head.method.rawValue == method)
      #expect(head.headers["content-length"] == (["POST", "PUT", "PATCH"].contains(method) ? ["0"] : []))
      #expect(!head.headers.contains(name: "content-type") && !head.headers.contains(name: "expect"))
    }
  }

  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
  func aLargeBodyDoesNotWaitForPermission(method: String) async throws {
    try await WebServer.with { server in
      let body = [UInt8](repeating: 7, count: 3 << 20)
      _ = try await client.send(HTTPTransfer(method, server.url("/status/200"), body: body))
      let request = try #require(server.requests.first)
      #expect(request.head.method.rawValue == method && request.body == body)
      #expect(!request.head.headers.contains(name: "expect"))
    }
  }

  @Test func trailersAreNoHeaders() async throws {
    try await WebServer.with { server in
      let response = try await client.send(.get(server.url("/trailers")))
      #expect(response.headers["x-twice"] == "one" && response.headers["x-late"] == nil)
      #expect(response.body == Array("body".utf8))
    }
  }

  @Test func interimResponses() async throws {
    let answer = """
      HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Final: yes\r\n\r\nok
      """
    try await RawServer.with(answer) { server in
      let response = try await client.send(.get("http://127.0.0.1:\(server.port)/"))
      #expect(response.status == 200 && response.headers["link"] == nil && response.headers["x-final"] == "yes")
    }
  }

  @Test func connectionsAreKept() async throws {
    try await WebServer.with { server in
      let first = try await client.send(.get(server.url("/status/200")))
      #expect(!first.timings.isConnectionReused && first.timings.connect > .zero)
      for status in [404, 500, 204] {
        let response = try await client.send(.get(server.url("/status/\(status)")))
        #expect(response.timings.isConnectionReused && response.timings.connect == .zero)
      }
      #expect(server.connected.count == 1)
    }
  }

  @Test func manyAtOnceOnOneThread() async throws {
    let client = try trustingClient {
      $0.maximumConnections = 0
      $0.maximumConnectionsPerHost = 0
    }
    try await WebServer.with { server in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<300 { group.addTask { try await client.send(.get(server.url("/gate"))).status } }
        // All are there before the first is answered.
        await server.arrived.wait(for: 300)
        server.openGate()
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.connected.count == 300)
    }
  }

  @Test func connectionsHaveALimit() async throws {
    let client = try trustingClient { $0.maximumConnectionsPerHost = 4 }
    try await WebServer.with { server in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<60 { group.addTask { try await client.send(.get(server.url("/status/200"))).status } }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.connected.count <= 4 && server.requests.count == 60)
    }
  }
}
