import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// An HTTP and WebSocket server on a free loopback port that answers as a test says.
package final class FakeServer: Sendable {
  private let channel: any Channel
  private let recorder: Recorder

  private init(channel: any Channel, recorder: Recorder) {
    self.channel = channel
    self.recorder = recorder
    url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
  }

  /// `http://127.0.0.1:port`
  package let url: String

  /// What arrived so far.
  package var requests: [Request] { recorder.requests.withLock { $0 } }

  /// Closes all streams without a close frame.
  package func dropStreams() {
    for channel in recorder.streams.withLock({ $0 }) { channel.close(promise: nil) }
  }

  /// Stops to listen.
  package func stop() async throws {
    try await channel.close()
  }

  /// Runs `body` with a server of that script.
  package static func with<Result>(_ script: Script, _ body: (FakeServer) async throws -> Result) async throws -> Result
  {
    let server = try await start(script)
    do {
      let result = try await body(server)
      try await server.stop()
      return result
    } catch {
      try? await server.stop()
      throw error
    }
  }

  /// Starts a server of that script.
  package static func start(_ script: Script) async throws -> FakeServer {
    let recorder = Recorder()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try configure(channel, script: script, recorder: recorder) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return FakeServer(channel: channel, recorder: recorder)
  }

  private static func configure(_ channel: any Channel, script: Script, recorder: Recorder) throws {
    let handler = NIOLoopBound(AnswerHandler(script: script, recorder: recorder), eventLoop: channel.eventLoop)
    let upgrader = NIOWebSocketServerUpgrader(
      shouldUpgrade: { channel, _ in
        channel.eventLoop.makeSucceededFuture(script.stream == nil ? nil : HTTPHeaders())
      },
      upgradePipelineHandler: { channel, head in
        let request = recorder.record(head, body: "")
        recorder.streams.withLock { $0.append(channel) }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(StreamSteps(script.stream?(request) ?? []))
        }
      })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withServerUpgrade: (
        upgraders: [upgrader],
        completionHandler: { context in
          context.pipeline.syncOperations.removeHandler(handler.value, promise: nil)
        }
      ))
    try channel.pipeline.syncOperations.addHandler(handler.value)
  }
}
