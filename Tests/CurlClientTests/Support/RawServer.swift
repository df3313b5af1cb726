import NIOCore
import NIOPosix

/// A TCP server that answers whatever it gets with the same bytes, and hangs up; or never says anything.
final class RawServer: Sendable {
  private let channel: any Channel

  private init(_ channel: any Channel) {
    self.channel = channel
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  /// Runs the body with a server.
  /// - Parameter answer: what everybody gets; nil for a server without words
  static func with<T>(_ answer: String?, _ body: (RawServer) async throws -> T) async throws -> T {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(RawHandler(answer)) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = RawServer(channel)
    do {
      let result = try await body(server)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }
}

private final class RawHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answer: String?

  init(_ answer: String?) {
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let answer else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    context.close(promise: nil)
  }
}
