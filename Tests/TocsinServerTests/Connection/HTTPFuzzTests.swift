import Fuzzing
import NIOCore
import NIOEmbedded
import Testing

@testable import TocsinServer

@Suite("HTTP from anybody")
struct HTTPFuzzTests {
  private static let check = "POST /api/alerts/check HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
  private static let corpus = [
    check + "Content-Length: 5\r\n\r\nquiet",
    check + "Content-Length: 3\r\n\r\nbad" + check
      + "Content-Length: 5\r\n\r\nquietGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    check + "Transfer-Encoding: chunked\r\n\r\n3\r\nqui\r\n2;x=y\r\net\r\n0\r\nT: v\r\n\r\n",
    check + "Expect: 100-continue\r\nContent-Length: 6\r\n\r\nsomeon",
    check + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1f}\u{8b}..",
    "GET /api/alerts?limit=1&x=%41 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\n\r\n",
    "GET /ws/alerts HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n",
    "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999999\r\n\r\n", "\u{16}\u{3}\u{1}",
  ]
  private static let words = [
    "\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "HTTP/1.1", "HTTP/9.9", "Host: \r\n",
    "\n",
    "Connection: close\r\n", "Content-Length: 0\r\nContent-Length: 1\r\n", " : ", "FFFFFFFFFFFFFFFF\r\n",
    "0\r\n\r\n", "\u{0}", "%00", "../", "Expect: 100-continue\r\n", "Upgrade: websocket\r\n",
  ]

  /// Whether a request behind the first one is answered before what ends the connection arrives depends on time, so only
  /// the first answers are compared.
  @Test("Any bytes get whole answers or the end of the connection, the first the same wherever they are cut")
  func requests() async throws {
    let fuzzer = Fuzzer("http", corpus: Self.corpus, dictionary: Self.words, iterations: 1_000)
    try await fuzzer.run { input, generator in
      let first = Int.random(in: 0...input.count, using: &generator)
      let second = Int.random(in: first...input.count, using: &generator)
      let cut = try await Self.answers(to: [input[..<first], input[first..<second], input[second...]])
      let whole = try await Self.answers(to: [input[...]])
      if let first = cut.first, let other = whole.first { try #require(first == other) }
      try #require(cut.isEmpty == whole.isEmpty)
    }
  }

  private static func answers(to pieces: [ArraySlice<UInt8>]) async throws -> [String] {
    let connection = try await TestConnection(FakeResponder(refusesStreams: true))
    for piece in pieces where !piece.isEmpty && connection.channel.isActive {
      _ = try? await connection.channel.writeInbound(ByteBuffer(bytes: piece))
    }
    connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    let text = try await connection.receiveAll()
    _ = try? await connection.channel.finish(acceptAlreadyClosed: true)
    return try split(text)
  }

  /// Each answer's status line and body.
  private static func split(_ text: String) throws -> [String] {
    var rest = ArraySlice(text.utf8)
    var answers: [String] = []
    while !rest.isEmpty {
      let end = try #require(rest.firstRange(of: Array("\r\n\r\n".utf8)))
      let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
      try #require(lines.first?.hasPrefix("HTTP/1.1 ") == true)
      let field = lines.first { $0.hasPrefix("content-length: ") }
      let length = try field.map { try #require(Int($0.dropFirst(16))) } ?? 0
      rest = rest[end.upperBound...]
      try #require(rest.count >= length)
      let body = String(decoding: rest.prefix(length), as: UTF8.self)
      answers.append("\(lines[0]) \(body.replacing(/,"request_id":"[0-9a-f]{16}"/, with: ""))")
      rest = rest.dropFirst(length)
    }
    return answers
  }
}
