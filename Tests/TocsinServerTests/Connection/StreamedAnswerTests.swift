import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import TocsinServer

@Suite struct StreamedAnswerTests {
  @Test func piecesAreChunksAndTheConnectionGoesOn() async throws {
    let responder = FakeResponder()
    let connection = try await TestConnection(responder)
    try await connection.send("GET /stream/3 HTTP/1.1\r\nhost: h\r\n\r\nGET /a HTTP/1.1\r\nhost: h\r\n\r\n")
    let text = try await connection.receive(until: "GET ")
    let head = String(text.prefix(upTo: text.firstRange(of: "\r\n\r\n")?.lowerBound ?? text.endIndex))
    #expect(head.contains("transfer-encoding: chunked") && !head.contains("content-length"))
    let chunks = (0..<3).map { "2710\r\n\(String(repeating: "\($0)", count: 10_000))\r\n" }.joined()
    #expect(text.contains("\r\n\r\n" + chunks + "0\r\n\r\nHTTP/1.1 200 OK"))
  }

  @Test func http10LearnsTheEndByTheClose() async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send("GET /stream/2 HTTP/1.0\r\nhost: h\r\nconnection: keep-alive\r\n\r\n")
    let text = try await connection.receive(until: String(repeating: "1", count: 10_000))
    #expect(text.contains("connection: close") && !text.contains("chunked"))
    #expect(text.hasSuffix("\r\n\r\n" + String(repeating: "0", count: 10_000) + String(repeating: "1", count: 10_000)))
  }

  @Test func aHeadHasNoBody() async throws {
    let responder = FakeResponder()
    let connection = try await TestConnection(responder)
    try await connection.send("HEAD /stream/2 HTTP/1.1\r\nhost: h\r\n\r\nGET /a HTTP/1.1\r\nhost: h\r\n\r\n")
    let text = try await connection.receive(until: "GET ")
    #expect(text.contains("\r\n\r\nHTTP/1.1 200 OK"))
    #expect(responder.pieces == 0)
  }

  /// The client must see that the end is missing.
  @Test func oneThatBreaksOffClosesTheConnection() async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send("GET /broken HTTP/1.1\r\nhost: h\r\n\r\n")
    let text = try await connection.receiveAll()
    #expect(text.hasSuffix("4\r\nhalf\r\n"))
  }

  @Test(arguments: [("/large/100", 100), ("/large/20000", 20_000), ("/other", 5)])
  func headHasTheLengthAndNotTheBody(path: String, length: Int) async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send("HEAD \(path) HTTP/1.1\r\nhost: h\r\n\r\nGET /a HTTP/1.1\r\nhost: h\r\n\r\n")
    let text = try await connection.receive(until: "GET ")
    #expect(text.contains("\r\n\r\nHTTP/1.1 200 OK"))
    #expect(text.contains("content-length: \(length)\r\n"))
  }

  /// Everything behind the server waits for its connections when a node stops.
  @Test func aNodeThatStopsBreaksItOff() async throws {
    let connection = try await TestConnection(FakeResponder())
    let channel = connection.channel
    channel.isWritable = false
    try await connection.send("GET /stream/3 HTTP/1.1\r\nhost: h\r\n\r\n")
    _ = try await connection.receive(until: String(repeating: "0", count: 10_000) + "\r\n")
    try await channel.testingEventLoop.executeInContext {
      channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
    await channel.testingEventLoop.advanceTime(by: .seconds(3))
    #expect(!channel.isActive)
  }

  /// No piece is made that the client has no room for: that is what keeps memory constant.
  @Test func piecesWaitForTheClient() async throws {
    let responder = FakeResponder()
    let connection = try await TestConnection(responder)
    let channel = connection.channel
    channel.isWritable = false
    try await connection.send("GET /stream/3 HTTP/1.1\r\nhost: h\r\n\r\n")
    _ = try await connection.receive(until: String(repeating: "0", count: 10_000) + "\r\n")
    #expect(responder.pieces == 0)
    for number in 1...3 {
      channel.isWritable = true
      try await channel.testingEventLoop.executeInContext { channel.pipeline.fireChannelWritabilityChanged() }
      if number < 3 {
        channel.isWritable = false
        _ = try await connection.receive(until: String(repeating: "\(number)", count: 10_000) + "\r\n")
      }
    }
    _ = try await connection.receive(until: "0\r\n\r\n")
    #expect(responder.pieces == 3)
  }
}
