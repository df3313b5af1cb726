import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import TocsinEngine
import TocsinMetrics

@testable import TocsinServer

/// Clients that ask and do not read, on real sockets with small buffers.
@Suite struct SlowReaderTests {
  private static let size = 8 << 20

  /// A server whose connections tell when they end.
  private struct Listener {
    let channel: any Channel
    let address: SocketAddress
    let ended: AsyncStream<Void>
    let budget: ByteBudget
    let server: FakeResponder

    static func run(
      _ configure: (inout ServerConfiguration) -> Void = { _ in }, _ test: (Listener) async throws -> Void
    ) async throws {
      var configuration = ServerConfiguration()
      configuration.host = "127.0.0.1"
      configure(&configuration)
      let server = FakeResponder()
      let shared = server.shared(configuration)
      let ended = AsyncStream<Void>.makeStream()
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try ConnectionChannel.addHandlers(to: channel, shared) { ended.continuation.yield() }
          }
        }
        .bind(host: "127.0.0.1", port: 0).get()
      let address = try #require(channel.localAddress)
      do {
        try await test(
          Listener(
            channel: channel, address: address, ended: ended.stream, budget: shared.budgets.answers, server: server))
      } catch {
        try await channel.close()
        throw error
      }
      try await channel.close()
    }

    /// The value of a metric.
    func metric(_ name: String) -> String? {
      server.metrics.render().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        .map { String($0.dropFirst(name.count + 1)) }
    }
  }

  /// A client that reads when it is told to.
  private final class Client: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let received = AsyncStream<ByteBuffer>.makeStream()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received.continuation.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
      received.continuation.finish()
    }

    static func connect(_ address: SocketAddress, reads: Bool = false) async throws -> (any Channel, Client) {
      let client = Client()
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.socketOption(.so_rcvbuf), value: 4096)
        .channelOption(.autoRead, value: reads)
        .channelInitializer { $0.pipeline.addHandler(client) }
        .connect(to: address).get()
      return (channel, client)
    }

    /// Reads until so many bytes are there.
    func count(until enough: Int) async -> Int {
      var count = 0
      for await buffer in received.stream {
        count += buffer.readableBytes
        if count >= enough { break }
      }
      return count
    }

    /// Reads until a text is there.
    func text(until end: String) async -> String {
      var text = ""
      for await buffer in received.stream {
        text += String(buffer: buffer)
        if text.hasSuffix(end) { break }
      }
      return text
    }
  }

  private static func get(_ path: String, count: Int = 1) -> ByteBuffer {
    ByteBuffer(string: String(repeating: "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n", count: count))
  }

  /// Waits until something holds that other threads bring about.
  private static func wait(until condition: () -> Bool) async {
    while !condition() { await Task.yield() }
  }

  @Test func pipelinedRequestsWaitUntilTheAnswersAreRead() async throws {
    try await Listener.run { listener in
      let (channel, client) = try await Client.connect(listener.address)
      try await channel.writeAndFlush(Self.get("/large/\(Self.size)", count: 5))
      await Self.wait { listener.server.served > 0 && listener.budget.heldBytes > 0 }
      // Others are served meanwhile, and give this one time to do wrong.
      let (other, reader) = try await Client.connect(listener.address, reads: true)
      for _ in 0..<20 {
        try await other.writeAndFlush(Self.get("/small"))
        _ = await reader.text(until: "GET ")
      }
      #expect(listener.server.served == 21)
      #expect(listener.budget.heldBytes == Self.size)
      #expect(listener.metric("tocsin_http_pending_bytes") == "\(Self.size)")
      try await channel.setOption(.autoRead, value: true).get()
      #expect(await client.count(until: 5 * Self.size) >= 5 * Self.size)
      await Self.wait { listener.budget.heldBytes == 0 }
      #expect(listener.server.served == 25)
      try await channel.close()
      try await other.close()
    }
  }

  @Test func whatAllClientsTogetherLeaveUnreadIsBounded() async throws {
    try await Listener.run {
      $0.pendingLimit = 2 * Self.size + 1000
    } _: { listener in
      var slow: [any Channel] = []
      for number in 1...2 {
        let (channel, _) = try await Client.connect(listener.address)
        try await channel.writeAndFlush(Self.get("/large/\(Self.size)"))
        await Self.wait { listener.budget.heldBytes == number * Self.size }
        slow.append(channel)
      }
      let (channel, reader) = try await Client.connect(listener.address, reads: true)
      try await channel.writeAndFlush(Self.get("/large/\(Self.size)"))
      let refusal = await reader.text(until: "}")
      #expect(refusal.hasPrefix("HTTP/1.1 503 "))
      #expect(refusal.contains("retry-after: 5\r\n"))
      try await channel.writeAndFlush(Self.get("/small"))
      #expect(await reader.text(until: "GET ").hasPrefix("HTTP/1.1 200 "))
      // What a client that leaves has not read is no longer pending.
      for channel in slow { try await channel.close() }
      await Self.wait { listener.budget.heldBytes == 0 }
      try await channel.writeAndFlush(Self.get("/large/\(Self.size)"))
      #expect(await reader.count(until: Self.size) >= Self.size)
      try await channel.close()
    }
  }

  @Test func smallAnswersAreSentHoweverMuchIsPending() async throws {
    try await Listener.run {
      $0.pendingLimit = Self.size
    } _: { listener in
      let (slow, _) = try await Client.connect(listener.address)
      try await slow.writeAndFlush(Self.get("/large/\(Self.size)"))
      await Self.wait { listener.budget.heldBytes == Self.size }
      let (channel, reader) = try await Client.connect(listener.address, reads: true)
      try await channel.writeAndFlush(Self.get("/large/\(ByteBudget.small)"))
      #expect(await reader.text(until: "aa").hasPrefix("HTTP/1.1 200 "))
      try await slow.close()
      try await channel.close()
    }
  }

  @Test func aClientThatTakesNothingIsDisconnected() async throws {
    try await Listener.run {
      $0.stallTimeout = .milliseconds(300)
    } _: { listener in
      let (channel, _) = try await Client.connect(listener.address)
      try await channel.writeAndFlush(Self.get("/large/\(Self.size)"))
      for await _ in listener.ended { break }
      #expect(listener.metric("tocsin_http_stalled_total") == "1")
      await Self.wait { listener.budget.heldBytes == 0 }
      channel.close(promise: nil)
    }
  }
}
