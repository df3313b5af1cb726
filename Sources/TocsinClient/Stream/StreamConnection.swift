import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import TocsinCore
import TocsinJSON

/// One WebSocket connection to `/ws/alerts`.
final class StreamConnection: Sendable {
  private let channel: any Channel
  private let frames: AsyncStream<StreamFrame>

  private init(channel: any Channel, frames: AsyncStream<StreamFrame>) {
    self.channel = channel
    self.frames = frames
  }

  deinit {
    channel.triggerUserOutboundEvent(StreamDemand.goodbye, promise: nil)
  }

  /// The next frame; nil once the connection has ended, or the calling task was cancelled.
  func next() async -> StreamFrame? {
    var iterator = frames.makeAsyncIterator()
    let frame = await iterator.next()
    if frame != nil { channel.triggerUserOutboundEvent(StreamDemand.taken, promise: nil) }
    return frame
  }

  private enum Upgrade: Sendable {
    case open(StreamConnection)
    /// The upgrade is over once it is known to be none: only then does the answer come through.
    case refused(EventLoopFuture<RefusalHandler.Answer>)
  }

  /// Connects and upgrades.
  /// - Throws: ``ClientError``; with a status where the server answered with anything but the upgrade
  static func open(
    _ server: ServerAddress, target: String, timeout: TimeAmount, pingInterval: TimeAmount
  ) async throws(ClientError) -> StreamConnection {
    let refusal: RefusalHandler.Answer
    do {
      let tls = try server.usesTLS ? NIOSSLContext(configuration: .makeClientConfiguration()) : nil
      let (channel, result) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(timeout)
        .connect(host: server.host, port: server.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            if let tls {
              let handler = try NIOSSLClientHandler(context: tls, serverHostname: server.tlsName)
              try channel.pipeline.syncOperations.addHandler(handler)
            }
            return (channel, try configure(channel, server: server, target: target, pingInterval: pingInterval))
          }
        }
      switch try await withDeadline(timeout, of: result, closing: channel) {
      case .open(let connection): return connection
      case .refused(let answer): refusal = try await withDeadline(timeout, of: answer, closing: channel)
      }
    } catch {
      let failure = ConnectionFailure(error)
      throw ClientError(failure.code, server: server, reason: failure.reason)
    }
    throw ClientError(status: refusal.status, json: try? JSON(parsing: refusal.body), server: server)
  }

  /// Waits for a result, but not longer than `timeout`.
  private static func withDeadline<Result: Sendable>(
    _ timeout: TimeAmount, of result: EventLoopFuture<Result>, closing channel: any Channel
  ) async throws -> Result {
    let promise = result.eventLoop.makePromise(of: Result.self)
    let alarm = result.eventLoop.scheduleTask(in: timeout) {
      promise.fail(ChannelError.connectTimeout(timeout))
      channel.close(promise: nil)
    }
    result.whenComplete { outcome in
      alarm.cancel()
      promise.completeWith(outcome)
    }
    return try await promise.futureResult.get()
  }

  private static func configure(
    _ channel: any Channel, server: ServerAddress, target: String, pingInterval: TimeAmount
  ) throws -> EventLoopFuture<Upgrade> {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: server.basePath + target)
    head.headers.add(name: "host", value: server.authority)
    head.headers.add(name: "user-agent", value: "tocsin/\(TocsinRelease.version)")
    let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: 1 << 20) { channel, _ in
      channel.eventLoop.makeCompletedFuture {
        let (frames, continuation) = AsyncStream.makeStream(of: StreamFrame.self)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
          NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024, maxAccumulatedFrameSize: 1 << 20))
        try pipeline.addHandler(StreamHandler(frames: continuation, pingInterval: pingInterval))
        return .open(StreamConnection(channel: channel, frames: frames))
      }
    }
    var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
      upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
        upgradeRequestHead: head, upgraders: [upgrader]
      ) { channel in
        channel.eventLoop.makeCompletedFuture {
          let refusal = RefusalHandler(promise: channel.eventLoop.makePromise())
          try channel.pipeline.syncOperations.addHandler(refusal)
          return .refused(refusal.answer)
        }
      })
    configuration.leftOverBytesStrategy = .forwardBytes
    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
  }
}
