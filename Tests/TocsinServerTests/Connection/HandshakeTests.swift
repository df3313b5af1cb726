import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import TocsinServer

/// The way from HTTP to WebSocket.
@Suite struct HandshakeTests {
  private func handshake(_ path: String = "/ws/alerts?campaign_id=c", version: String = "13", key: String?) -> String {
    var fields = "Connection: keep-alive, Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: \(version)\n"
    if let key { fields += "Sec-WebSocket-Key: \(key)\n" }
    return "GET \(path) HTTP/1.1\nHost: h\n\(fields)\n".http
  }

  /// The example of RFC 6455, 1.3.
  private let key = "dGhlIHNhbXBsZSBub25jZQ=="

  @Test func aHandshakeGivesTheChannelAway() async throws {
    let server = FakeResponder()
    let connection = try await TestConnection(server)
    try await connection.send("GET /before HTTP/1.1\r\nHost: h\r\n\r\n")
    _ = try await connection.receive(until: "GET ")
    try await connection.send(handshake(key: key) + "early")
    let answer = try await connection.receive(until: "early")
    #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
    #expect(!answer.contains("content-length"))
    #expect(server.adopted.map(\.uri) == ["/ws/alerts?campaign_id=c"])
    try await connection.send("late")
    #expect(try await connection.receive(until: "late") == "late")
    let pipeline = connection.channel.pipeline
    #expect((try? await pipeline.containsHandler(type: HTTPConnectionHandler.self).get()) == nil)
    #expect((try? await pipeline.containsHandler(type: HTTPConnectionHandler.Decoder.self).get()) == nil)
  }

  @Test(arguments: [("8", "dGhlIHNhbXBsZSBub25jZQ==", 426), ("13", nil, 400), ("13", "short", 400)])
  func aBadHandshakeIsAProblem(version: String, key: String?, status: Int) async throws {
    let server = FakeResponder()
    let connection = try await TestConnection(server)
    try await connection.send(handshake(version: version, key: key))
    let answer = try await connection.receiveAll()
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    #expect(answer.contains("content-type: application/problem+json"))
    #expect(status != 426 || answer.contains("sec-websocket-version: 13\r\n"))
    #expect(server.adopted.isEmpty)
  }

  @Test func aParameterThatIsNotKnownIsAProblemBeforeTheUpgrade() async throws {
    let server = FakeResponder()
    let connection = try await TestConnection(server)
    try await connection.send(handshake("/ws/alerts?campaign=c", key: key))
    let answer = try await connection.receiveAll()
    #expect(answer.hasPrefix("HTTP/1.1 422 "))
    #expect(answer.contains("content-type: application/problem+json"))
    #expect(answer.contains("did you mean campaign_id?"))
    #expect(server.adopted.isEmpty)
  }

  @Test func aNodeThatStopsTurnsClientsAway() async throws {
    let connection = try await TestConnection(FakeResponder(refusesStreams: true))
    try await connection.send(handshake(key: key))
    let answer = try await connection.receiveAll()
    #expect(answer.hasPrefix("HTTP/1.1 503 "))
    #expect(answer.contains("retry-after: 1\r\n"))
  }

  @Test func anUpgradeElsewhereIsAnOrdinaryRequest() async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send(handshake("/elsewhere", key: key))
    let answer = try await connection.receiveAll()
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("connection: close\r\n"))
  }
}
