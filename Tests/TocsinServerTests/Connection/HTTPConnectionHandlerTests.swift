import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import TocsinServer

/// What a client gets, byte by byte.
@Suite struct HTTPConnectionHandlerTests {
  private static func check(_ body: String, _ fields: String = "") -> String {
    """
    POST /api/alerts/check HTTP/1.1
    Host: h
    Content-Type: application/json
    \(fields)Content-Length: \(body.utf8.count)

    \(body)
    """.http
  }

  private static let chunked = """
    POST /api/alerts/check HTTP/1.1
    Host: h
    Content-Type: application/json; charset=utf-8
    Transfer-Encoding: chunked

    2
    qu
    3
    iet
    0


    """.http

  private static let other = "PUT /other HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
  private static let last = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

  private static let quiet = answer(#"{"alerts_triggered":0,"alerts":[],"persisted":true}"#)

  private static func answer(_ body: String, _ fields: String = "") -> String {
    """
    HTTP/1.1 200 OK
    content-type: application/json
    content-length: \(body.utf8.count)
    \(fields)
    \(body)
    """.http
  }

  @Test func answersComeInOrderHoweverTheRequestsAreCut() async throws {
    let requests = Self.check("quiet") + Self.check("x") + Self.other + Self.chunked + Self.check("quiet") + Self.last
    let expected =
      Self.quiet + Self.answer("fired x") + Self.answer("PUT hi") + Self.quiet + Self.quiet
      + Self.answer("GET ", "connection: close\r\n")
    for cut in 0...requests.utf8.count {
      let connection = try await TestConnection(FakeResponder())
      try await connection.send(String(requests.prefix(cut)))
      try await connection.send(String(requests.dropFirst(cut)))
      let received = try await connection.receiveAll()
      #expect(received == expected, "cut at \(cut)")
    }
  }

  @Test func aRequestByteByByte() async throws {
    let connection = try await TestConnection(FakeResponder())
    for character in Self.chunked + Self.last { try await connection.send(String(character)) }
    #expect(try await connection.receiveAll() == Self.quiet + Self.answer("GET ", "connection: close\r\n"))
  }

  @Test func aPendingCheckHoldsBackTheAnswersBehindIt() async throws {
    let gate = Gate()
    let connection = try await TestConnection(FakeResponder(gate: gate))
    try await connection.send(Self.check("slow") + Self.check("quiet") + Self.last)
    #expect(try await connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    gate.open()
    let expected = Self.answer("fired slow") + Self.quiet + Self.answer("GET ", "connection: close\r\n")
    #expect(try await connection.receiveAll() == expected)
  }

  @Test func aClientThatLeavesWhileItsCheckIsPending() async throws {
    let gate = Gate()
    let connection = try await TestConnection(FakeResponder(gate: gate))
    try await connection.send(Self.check("slow"))
    try await connection.channel.close()
    gate.open()
    #expect(try await connection.receiveAll() == "")
  }

  @Test func drainingAnswersWhatIsUnderWayAndCloses() async throws {
    let gate = Gate()
    let connection = try await TestConnection(FakeResponder(gate: gate))
    try await connection.send(Self.check("slow") + Self.check("quiet"))
    let channel = connection.channel
    try await channel.testingEventLoop.executeInContext {
      channel.pipeline.syncOperations.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
    gate.open()
    let received = try await connection.receive(until: "fired slow")
    #expect(received == Self.answer("fired slow", "connection: close\r\n"))
  }

  @Test func oldClients() async throws {
    let connection = try await TestConnection(FakeResponder())
    let request = Self.check("quiet", "Connection: keep-alive\r\n").replacing("HTTP/1.1", with: "HTTP/1.0")
    try await connection.send(request)
    let body = #"{"alerts_triggered":0,"alerts":[],"persisted":true}"#
    #expect(try await connection.receive(until: body) == Self.answer(body, "connection: keep-alive\r\n"))
    try await connection.send(Self.check("quiet").replacing("HTTP/1.1", with: "HTTP/1.0"))
    #expect(try await connection.receiveAll() == Self.answer(body, "connection: close\r\n"))
  }

  @Test func theBodyIsAskedFor() async throws {
    let connection = try await TestConnection(FakeResponder())
    let request = Self.check("quiet", "Expect: 100-continue\r\n")
    try await connection.send(String(request.dropLast(5)))
    #expect(try await connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    try await connection.send("quiet")
    #expect(try await connection.receive(until: "}") == Self.quiet)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/2.7\r\nHost: h\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\nHost: h\r\nx: \(String(repeating: "y", count: 40_000))\r\n\r\n", 431),
    ("POST /api/alerts/check HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", 413),
    ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 405),
  ])
  func refusalsAreProblems(request: String, status: Int) async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send(request)
    let received = try await connection.receive(until: "}")
    #expect(received.hasPrefix("HTTP/1.1 \(status) "))
    #expect(received.contains("content-type: application/problem+json\r\n"))
    #expect(received.contains("connection: close\r\n"))
    #expect(received.contains(#""status":\#(status)"#))
  }

  @Test func aHeaderThatDripsIsAnsweredInTime() async throws {
    let connection = try await TestConnection(FakeResponder())
    try await connection.send("GET / HT")
    await connection.channel.testingEventLoop.advanceTime(by: .seconds(9))
    try await connection.send("TP/1.1\r\nHost")
    await connection.channel.testingEventLoop.advanceTime(by: .seconds(400))
    #expect(try await connection.receiveAll().hasPrefix("HTTP/1.1 408 "))
  }
}
