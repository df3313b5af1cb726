import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression
import Testing

@testable import TocsinServer

/// Bodies with `Content-Encoding`.
@Suite struct PackedBodyTests {
  /// Packs bytes as a client does.
  private static func pack(
    _ bytes: ByteBuffer, _ encoding: NIOCompression.Algorithm = .gzip
  ) throws -> [UInt8] {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(NIOHTTPRequestCompressor(encoding: encoding))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try channel.writeOutbound(HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
    try channel.writeOutbound(HTTPClientRequestPart.body(.byteBuffer(bytes)))
    try channel.writeOutbound(HTTPClientRequestPart.end(nil))
    var packed: [UInt8] = []
    while let part = try channel.readOutbound(as: HTTPClientRequestPart.self) {
      if case .body(.byteBuffer(let buffer)) = part { packed += Array(buffer.readableBytesView) }
    }
    _ = try channel.finish(acceptAlreadyClosed: true)
    return packed
  }

  private static func request(
    _ line: String, _ body: [UInt8], _ fields: String = "Content-Encoding: gzip\n"
  ) -> [UInt8] {
    let head = "\(line) HTTP/1.1\nHost: h\nContent-Type: application/json\n\(fields)Content-Length: \(body.count)\n\n"
    return Array(head.http.utf8) + body
  }

  private static func answer(
    _ request: [UInt8], until end: String, _ configuration: ServerConfiguration = ServerConfiguration()
  ) async throws -> String {
    let connection = try await TestConnection(FakeResponder(), configuration)
    try await connection.channel.writeInbound(ByteBuffer(bytes: request))
    return try await connection.receive(until: end)
  }

  @Test func aPackedBodyIsReadHoweverItIsCut() async throws {
    let packed = try Self.pack(ByteBuffer(string: "quiet"))
    let request = Self.request("POST /api/alerts/check", packed)
    for cut in (request.count - packed.count)...request.count {
      let connection = try await TestConnection(FakeResponder())
      try await connection.channel.writeInbound(ByteBuffer(bytes: request[..<cut]))
      try await connection.channel.writeInbound(ByteBuffer(bytes: request[cut...]))
      #expect(try await connection.receive(until: "}").contains(#""alerts_triggered":0"#))
    }
  }

  @Test(arguments: ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "])
  func gzipHasSeveralNames(name: String) async throws {
    let packed = try Self.pack(ByteBuffer(string: "{}"))
    let request = Self.request("PUT /x", packed, "Content-Encoding: \(name)\n")
    #expect(try await Self.answer(request, until: "PUT {}").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func deflateIsReadToo() async throws {
    let packed = try Self.pack(ByteBuffer(string: "quiet"), .deflate)
    let request = Self.request("POST /api/alerts/check", packed, "Content-Encoding: deflate\n")
    #expect(try await Self.answer(request, until: "}").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func packedAndPlainBodiesFollowEachOther() async throws {
    let packed = try Self.pack(ByteBuffer(string: "x"))
    let connection = try await TestConnection(FakeResponder())
    let packedRequest = Self.request("POST /api/alerts/check", packed)
    let plainRequest = Self.request("POST /api/alerts/check", Array("y".utf8), "")
    try await connection.channel.writeInbound(
      ByteBuffer(bytes: packedRequest + plainRequest + packedRequest + plainRequest))
    _ = try await connection.receive(until: "fired x")
    _ = try await connection.receive(until: "fired y")
    _ = try await connection.receive(until: "fired x")
    _ = try await connection.receive(until: "fired y")
    let pipeline = connection.channel.pipeline
    #expect((try? await pipeline.containsHandler(type: NIOHTTPRequestDecompressor.self).get()) == nil)
  }

  @Test func aLongBodyComesWhole() async throws {
    var configuration = ServerConfiguration()
    configuration.bodyLimit = 300_000
    let text = (0..<50_000).map { String($0 % 97) }.joined(separator: ",")
    let packed = try Self.pack(ByteBuffer(string: text))
    let answer = try await Self.answer(Self.request("PUT /x", packed), until: String(text.suffix(40)), configuration)
    #expect(answer.hasSuffix("PUT " + text))
  }

  @Test func exactlyTheLimitIsAllowedAndNotAByteMore() async throws {
    var configuration = ServerConfiguration()
    configuration.bodyLimit = 50_000
    for (size, status) in [(50_000, 200), (50_001, 413), (20_000_000, 413)] {
      let packed = try Self.pack(ByteBuffer(repeating: UInt8(ascii: "0"), count: size))
      let request = Self.request("PUT /x", packed)
      let answer = try await Self.answer(request, until: status == 200 ? "0000" : "}", configuration)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(status == 200 || answer.contains("the body has more than 50000 bytes when it is unpacked"))
    }
  }

  @Test func whatIsNotWellFormedIsSaid() async throws {
    let packed = try Self.pack(ByteBuffer(string: "quiet"))
    // Longer than what is unpacked at once.
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<30_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let large = try Self.pack(ByteBuffer(bytes: noise))
    let behind =
      "not well-formed gzip: there are bytes behind the end of its first member; pack the whole body as one member"
    var wrongSum = packed
    wrongSum[packed.count - 6] ^= 1
    for (body, reason) in [
      (Array("quiet".utf8), "not well-formed gzip"),
      (Array(packed.dropLast(3)), "not well-formed gzip: it ends too early"),
      (packed + [1], behind), (packed + packed, behind), (large + packed, behind),
      (wrongSum, "not well-formed gzip"),
    ] {
      for line in ["POST /api/alerts/check", "PUT /x"] {
        let connection = try await TestConnection(FakeResponder())
        try await connection.channel.writeInbound(ByteBuffer(bytes: Self.request(line, body)))
        let answer = try await connection.receive(until: "}")
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains(reason))
        // The connection goes on.
        try await connection.channel.writeInbound(ByteBuffer(bytes: Self.request(line, packed)))
        #expect(try await connection.receive(until: line.hasPrefix("POST") ? "}" : "quiet").hasPrefix("HTTP/1.1 200 "))
      }
    }
  }

  @Test(arguments: ["br", "zstd", "gzip, gzip", "compress", "gzip, br"])
  func otherEncodingsAreNotKnown(name: String) async throws {
    for line in ["POST /api/alerts/check", "PUT /x"] {
      let request = Self.request(line, Array("quiet".utf8), "Content-Encoding: \(name)\n")
      let answer = try await Self.answer(request, until: "}")
      #expect(answer.hasPrefix("HTTP/1.1 415 "))
      #expect(answer.contains("accept-encoding: gzip, deflate\r\n"))
    }
  }

  @Test func withoutABodyThereIsNothingToUnpack() async throws {
    let answer = try await Self.answer(Self.request("PUT /x", []), until: "PUT ")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
  }
}
