import NIOCore
import NIOEmbedded
import Testing
import TocsinEngine

@testable import TocsinServer

/// Bodies that have not arrived as a whole are counted for the whole node.
@Suite struct BodyBudgetTests {
  private static let size = 100_000

  private static func connect(
    _ server: FakeResponder, _ shared: HTTPConnectionHandler.Shared
  ) async throws -> NIOAsyncTestingChannel {
    let channel = NIOAsyncTestingChannel()
    try await channel.testingEventLoop.executeInContext {
      try ConnectionChannel.addHandlers(to: channel, shared) {}
    }
    try await channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
    return channel
  }

  private static func text(_ channel: NIOAsyncTestingChannel, until end: String) async throws -> String {
    var text = ""
    while !text.hasSuffix(end) { text += String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self)) }
    return text
  }

  @Test func largeBodiesBeyondTheLimitAreRefused() async throws {
    var configuration = ServerConfiguration()
    configuration.receivingLimit = 2 * Self.size + 10
    let server = FakeResponder()
    let shared = server.shared(configuration)
    let head = ByteBuffer(string: "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: \(Self.size + 1)\r\n\r\n")
    let body = ByteBuffer(repeating: UInt8(ascii: "b"), count: Self.size)
    var channels: [NIOAsyncTestingChannel] = []
    for _ in 0..<2 {
      let channel = try await Self.connect(server, shared)
      try await channel.writeInbound(head)
      try await channel.writeInbound(body)
      channels.append(channel)
    }
    #expect(shared.budgets.bodies.heldBytes == 2 * Self.size)
    let third = try await Self.connect(server, shared)
    try await third.writeInbound(head)
    try await third.writeInbound(body)
    let refusal = try await Self.text(third, until: "}")
    #expect(refusal.hasPrefix("HTTP/1.1 503 "))
    #expect(refusal.contains("retry-after: 5\r\n"))
    #expect(shared.budgets.bodies.heldBytes == 2 * Self.size)
    // Small bodies are taken all the same.
    let fourth = try await Self.connect(server, shared)
    try await fourth.writeInbound(ByteBuffer(string: "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"))
    #expect(try await Self.text(fourth, until: "PUT hi").hasPrefix("HTTP/1.1 200 "))
    // A body that has arrived, and one whose client is gone, are no longer counted.
    try await channels[0].writeInbound(ByteBuffer(string: "c"))
    #expect(try await Self.text(channels[0], until: "bc").hasPrefix("HTTP/1.1 200 "))
    try await channels[1].close()
    #expect(shared.budgets.bodies.heldBytes == 0)
    for channel in [channels[0], third, fourth] { _ = try? await channel.finish(acceptAlreadyClosed: true) }
  }
}
