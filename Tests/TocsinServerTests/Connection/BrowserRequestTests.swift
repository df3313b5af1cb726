import NIOHTTP1
import Testing

@testable import TocsinServer

/// What pages get, byte by byte.
@Suite struct BrowserRequestTests {
  private static let own = "http://localhost:8000"
  private static let foreign = "http://evil.example.org"

  private static func connection(_ server: FakeResponder = FakeResponder()) async throws -> TestConnection {
    var configuration = ServerConfiguration()
    configuration.host = "127.0.0.1"
    return try await TestConnection(server, configuration)
  }

  private static func request(
    _ line: String, host: String = "localhost:8000", _ fields: String = "", body: String = ""
  ) -> String {
    let length = body.isEmpty ? "" : "Content-Type: application/json\nContent-Length: \(body.utf8.count)\n"
    return "\(line) HTTP/1.1\nHost: \(host)\n\(fields)\(length)\n".http + body
  }

  @Test(arguments: [("GET /livez", ""), ("POST /api/alerts/check", "quiet"), ("PUT /x", "{}"), ("DELETE /x", "")])
  func aForeignHostIsRefused(line: String, body: String) async throws {
    let server = FakeResponder()
    let connection = try await Self.connection(server)
    let end = body == "quiet" ? "}" : String(line.prefix { $0 != " " }) + " " + body
    // The first request has a name of the node, the second has not, the third has one again.
    try await connection.send(Self.request(line, body: body))
    #expect(try await connection.receive(until: end).hasPrefix("HTTP/1.1 200 "))
    try await connection.send(Self.request(line, host: "evil.example.org:8000", body: body))
    let refusal = try await connection.receive(until: "}")
    #expect(refusal.hasPrefix("HTTP/1.1 403 "))
    #expect(refusal.contains("content-type: application/problem+json\r\n"))
    #expect(refusal.contains(#"the host \"evil.example.org:8000\"; TOCSIN_HTTP_HOSTS lists its names"#))
    try await connection.send(Self.request(line, body: body))
    #expect(try await connection.receive(until: end).hasPrefix("HTTP/1.1 200 "))
  }

  @Test(arguments: [
    ("POST /api/alerts/check", "quiet", "Content-Type: application/json\n"),
    ("POST /x", "a=b", "Content-Type: text/plain\n"),
    ("POST /x", "", ""), ("PUT /x/enable", "", ""), ("DELETE /x", "", ""), ("PATCH /x", "", ""),
  ])
  func aForeignPageChangesNothing(line: String, body: String, type: String) async throws {
    let server = FakeResponder()
    let connection = try await Self.connection(server)
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\n"
    try await connection.send(
      "\(line) HTTP/1.1\nHost: localhost:8000\nOrigin: \(Self.foreign)\n\(type)\(length)\n".http + body)
    let refusal = try await connection.receive(until: "}")
    #expect(refusal.hasPrefix("HTTP/1.1 403 "))
    #expect(refusal.contains(#"the origin \"http://evil.example.org\" may not do this; TOCSIN_HTTP_ORIGINS"#))
    #expect(!refusal.contains("access-control"))
    #expect(server.served == 0)
  }

  @Test(arguments: ["quiet", "x", "bad"])
  func anOwnPageMayReadTheAnswerToACheck(body: String) async throws {
    let connection = try await Self.connection()
    try await connection.send(Self.request("POST /api/alerts/check", "Origin: \(Self.own)\n", body: body))
    let answer = try await connection.receive(until: body == "x" ? "fired x" : "}")
    #expect(answer.contains("access-control-allow-origin: \(Self.own)\r\n"))
    #expect(answer.contains("access-control-allow-credentials: true\r\n"))
    #expect(answer.contains("vary: origin\r\n"))
    // The next one comes from no page.
    try await connection.send(Self.request("POST /api/alerts/check", body: body))
    let next = try await connection.receive(until: body == "x" ? "fired x" : "}")
    #expect(!next.contains("access-control"))
  }

  @Test func aForeignPageMayNotReadAnswers() async throws {
    let connection = try await Self.connection()
    try await connection.send(Self.request("GET /x", "Origin: \(Self.foreign)\n"))
    let answer = try await connection.receive(until: "GET ")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(!answer.contains("access-control"))
  }

  @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"])
  func everyMethodCanBeAskedFor(method: String) async throws {
    let connection = try await Self.connection()
    let asks = "Access-Control-Request-Method: \(method)\nAccess-Control-Request-Headers: content-type\n"
    try await connection.send(Self.request("OPTIONS /api/alerts/rules", "Origin: \(Self.own)\n" + asks))
    let answer = try await connection.receive(until: "\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 204 "))
    #expect(answer.contains("access-control-allow-origin: \(Self.own)\r\n"))
    #expect(answer.contains("access-control-allow-credentials: true\r\n"))
    #expect(answer.contains(/access-control-allow-methods: [A-Z, ]+\r\n/))
    #expect(answer.contains(method))
    #expect(answer.contains("content-type, content-encoding"))
    try await connection.send(Self.request("OPTIONS /api/alerts/rules", "Origin: \(Self.foreign)\n" + asks))
    #expect(try await connection.receive(until: "}").hasPrefix("HTTP/1.1 403 "))
  }

  @Test(arguments: [(nil, 101), (own, 101), (foreign, 403), ("null", 403)] as [(String?, Int)])
  func aForeignPageGetsNoStream(origin: String?, status: Int) async throws {
    let server = FakeResponder()
    let connection = try await Self.connection(server)
    let fields = """
      Connection: Upgrade
      Upgrade: websocket
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

      """
    try await connection.send(Self.request("GET /ws/alerts", fields + (origin.map { "Origin: \($0)\n" } ?? "")))
    let answer = try await connection.receive(until: status == 101 ? "\r\n\r\n" : "}")
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    #expect(server.adopted.count == (status == 101 ? 1 : 0))
  }
}
