import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics

@testable import TocsinServer

/// The hub on real sockets of the loopback interface.
@Suite struct StreamHubTests {
  private struct NoHistory: EventHistory {
    func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? { nil }
  }

  private struct NoActions: AlertActions {
    func apply(
      _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant
    ) async throws(EngineError) -> AlertActionOutcome {
      throw EngineError(.notFound, "there is no alert \(id)")
    }
  }

  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var frames = ServerFrames()
    private let continuation: AsyncStream<ServerFrames.Frame>.Continuation

    init(_ continuation: AsyncStream<ServerFrames.Frame>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      frames.feed(unwrapInboundIn(data))
      while let frame = frames.next() { continuation.yield(frame) }
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private let group = NIOSingletons.posixEventLoopGroup

  private func makeHub(_ configure: (inout StreamConfiguration) -> Void = { _ in }) -> StreamHub {
    var configuration = StreamConfiguration()
    configure(&configuration)
    return StreamHub(
      history: NoHistory(), actions: NoActions(), metrics: MetricsRegistry(), eventLoopGroup: group,
      configuration: configuration, logger: Logger(label: "test"), wallClock: { Timestamp(milliseconds: 0) })
  }

  private func listen(_ hub: StreamHub) async throws -> any Channel {
    try await ServerBootstrap(group: group)
      .childChannelOption(.socketOption(.so_sndbuf), value: 64 * 1024)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        hub.adopt(
          channel: channel,
          StreamRequest(head: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/ws/alerts")))
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  private func connect(
    to server: any Channel, reads: Bool = true
  ) async throws -> (channel: any Channel, frames: AsyncStream<ServerFrames.Frame>) {
    let (frames, continuation) = AsyncStream.makeStream(of: ServerFrames.Frame.self)
    let address = try #require(server.localAddress)
    let channel = try await ClientBootstrap(group: group)
      .channelOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
      .channelOption(.autoRead, value: reads)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Reader(continuation))
        }
      }
      .connect(to: address).get()
    return (channel, frames)
  }

  @Test(.timeLimit(.minutes(10))) func `events, requests and draining`() async throws {
    let hub = makeHub()
    #expect(!hub.isAccepting)
    hub.resync(reason: "the node has just started", position: place(0))
    #expect(hub.isAccepting)
    let running = Task { await hub.run() }
    let server = try await listen(hub)
    let (channel, stream) = try await connect(to: server)
    var frames = stream.makeAsyncIterator()
    #expect(await frames.next()?.type == "connected")
    #expect(hub.clientCount == 1)
    hub.deliver([logged(1), logged(2)])
    #expect(await frames.next()?.json["event_id"] == "e.1-0")
    #expect(await frames.next()?.json["event_id"] == "e.2-0")
    let request = ClientFrame.bytes("{\"type\":\"resolve\",\"alert_id\":\"\(sampleAlert)\"}")
    try await channel.writeAndFlush(ByteBuffer(bytes: request))
    #expect(await frames.next()?.json["code"] == "not_found")
    async let drained: Void = hub.drain(over: .milliseconds(10))
    #expect(await frames.next()?.closeCode == 1012)
    try await channel.writeAndFlush(ByteBuffer(bytes: ClientFrame.bytes(0x8, [0x03, 0xF4])))
    #expect(await frames.next() == nil)
    await drained
    #expect(hub.clientCount == 0)
    #expect(!hub.isAccepting)
    await running.value
    try await server.close()
  }

  @Test(.timeLimit(.minutes(10))) func `a client that does not read is closed with 3008 and can resume`() async throws {
    let hub = makeHub { $0.stallLimit = .zero }
    hub.resync(reason: "the node has just started", position: place(0))
    let server = try await listen(hub)
    let (channel, stream) = try await connect(to: server, reads: false)
    while hub.clientCount == 0 { _ = try await isAnyoneServed(hub) }
    var number = 0
    while try await isAnyoneServed(hub) {
      number += 1
      hub.deliver([logged(number, size: 50_000)])
    }
    #expect(number > 20, "the limit is 1 MiB and what the sockets hold")
    try await channel.setOption(.autoRead, value: true).get()
    channel.read()
    var last = 0
    var code: Int?
    for await frame in stream {
      if case .integer(let received) = frame.json["n"] {
        #expect(Int(received) == last + 1)
        last = Int(received)
      }
      if let closeCode = frame.closeCode {
        code = closeCode
        break
      }
    }
    #expect(code == 3008)
    #expect(last < number)
    try await channel.close()
    try await server.close()
  }

  /// Whether there is a client that is not being closed; asks every loop, after all that was delivered before.
  private func isAnyoneServed(_ hub: StreamHub) async throws -> Bool {
    var alive = 0
    for box in hub.hubs.values {
      alive += try await box.eventLoop.submit { box.value.subscribers.count { $0.transport?.isAlive == true } }.get()
    }
    return alive > 0
  }
}
