import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import TocsinCore
import TocsinEngine

@testable import TocsinServer

/// A whole server on a socket.
@Suite struct HTTPServerTests {
  /// Gathers what a server sends.
  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let chunks = AsyncStream<String>.makeStream()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      chunks.continuation.yield(String(buffer: unwrapInboundIn(data)))
    }

    func channelInactive(context: ChannelHandlerContext) {
      chunks.continuation.finish()
    }
  }

  private static func connect(_ address: SocketAddress) async throws -> (any Channel, Collector) {
    let collector = Collector()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { $0.pipeline.addHandler(collector) }
      .connect(to: address).get()
    return (channel, collector)
  }

  /// Runs a server with a hub that knows the event log, then stops it.
  private static func run(
    _ test: @Sendable (HTTPServer, SocketAddress, StreamHub) async throws -> Void,
    afterwards: @Sendable () async throws -> Void
  ) async throws {
    try await TestCluster.run { engine, _ in
      var configuration = ServerConfiguration()
      configuration.host = "127.0.0.1"
      configuration.port = 0
      let group = MultiThreadedEventLoopGroup.singleton
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let hub = StreamHub(
        feed: engine.feed, alerts: engine.alerts, metrics: engine.metrics, eventLoopGroup: group, logger: logger,
        wallClock: { Timestamp(milliseconds: 0) })
      hub.resync(reason: "start", position: EventID(beginningOf: "e"))
      let running = AsyncStream<SocketAddress>.makeStream()
      let server = HTTPServer(
        configuration: configuration, engine: engine, hub: hub, eventLoopGroup: group, logger: logger,
        onRunning: { running.continuation.yield($0) })
      let services = ServiceGroup(services: [server], logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await services.run() }
        var addresses = running.stream.makeAsyncIterator()
        let address = try #require(await addresses.next())
        try await test(server, address, hub)
        await services.triggerGracefulShutdown()
        try await afterwards()
        try await tasks.waitForAll()
      }
    }
  }

  @Test func aServerServesAndStops() async throws {
    let gone = AsyncStream<Void>.makeStream()
    try await Self.run { server, address, _ in
      #expect(server.port == address.port)
      let (client, collector) = try await Self.connect(address)
      client.closeFuture.whenComplete { _ in gone.continuation.finish() }
      var chunks = collector.chunks.stream.makeAsyncIterator()
      try await client.writeAndFlush(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"))
      let live = await chunks.next()
      #expect(live?.hasSuffix(#"{"status":"ok"}"#) == true)
      let check = #"{"metric_name":"roas","metric_value":9,"campaign_id":"c","campaign_name":"C"}"#
      let head = "POST /api/alerts/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      try await client.writeAndFlush(ByteBuffer(string: head + "Content-Length: \(check.utf8.count)\r\n\r\n" + check))
      let quiet = await chunks.next()
      #expect(quiet?.contains(#""alerts_triggered":0"#) == true)
    } afterwards: {
      // The idle connection is told to go; the server ends without waiting for anything else.
      for await _ in gone.stream {}
    }
  }

  @Test func aHandshakeLeadsToTheHub() async throws {
    try await Self.run { _, address, hub in
      let (client, collector) = try await Self.connect(address)
      let handshake = """
        GET /ws/alerts HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==


        """.http
      try await client.writeAndFlush(ByteBuffer(string: handshake))
      var received = ""
      for await chunk in collector.chunks.stream {
        received += chunk
        if received.contains(#""type":"connected""#) { break }
      }
      #expect(received.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
      #expect(hub.clientCount == 1)
      try await client.close()
    } afterwards: {
    }
  }
}
