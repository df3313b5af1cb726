import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing

@testable import TocsinServer

/// A whole server on a socket.
@Suite struct HTTPServerTests {
  private struct NoHub: WebSocketAcceptor {
    func adopt(channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void> {
      channel.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState)
    }
  }

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

  @Test func aServerServesAndStops() async throws {
    try await MemoryCluster.run { engine, _ in
      var configuration = ServerConfiguration()
      configuration.host = "127.0.0.1"
      configuration.port = 0
      let running = AsyncStream<SocketAddress>.makeStream()
      let server = HTTPServer(
        configuration: configuration, engine: engine, hub: NoHub(),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"),
        onRunning: { running.continuation.yield($0) })
      let services = ServiceGroup(services: [server], logger: Logger(label: "test"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        var addresses = running.stream.makeAsyncIterator()
        let address = try #require(await addresses.next())
        #expect(server.port == address.port)

        let (client, collector) = try await Self.connect(address)
        var chunks = collector.chunks.stream.makeAsyncIterator()
        try await client.writeAndFlush(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"))
        let live = await chunks.next()
        #expect(live?.hasSuffix(#"{"status":"ok"}"#) == true)
        let check =
          #"{"metric_name":"roas","metric_value":9,"campaign_id":"c","campaign_name":"C"}"#
        let head = "POST /api/alerts/check HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        try await client.writeAndFlush(
          ByteBuffer(string: head + "Content-Length: \(check.utf8.count)\r\n\r\n" + check))
        let quiet = await chunks.next()
        #expect(quiet?.contains(#""alerts_triggered":0"#) == true)

        await services.triggerGracefulShutdown()
        // The idle connection is told to go; the server ends without waiting for anything else.
        let end = await chunks.next()
        #expect(end == nil)
        try await client.closeFuture.get()
        try await group.waitForAll()
      }
    }
  }
}
