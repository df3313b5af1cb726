import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TocsinEngine
import TocsinMetrics

@testable import TocsinServer

/// A server on a free port that speaks WebSocket as the product does, from the handshake to the close, but sends text
/// messages back.
struct EchoServer: Responder {
  func respond(to request: Request, _ reply: Reply) -> Response? { .answer(HTTPAnswer(bytes: [])) }

  var refusesStreams: Bool { false }

  func adopt(_ channel: any Channel, _ request: StreamRequest) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: MessageAssembler.maximumSize))
      try channel.pipeline.syncOperations.addHandlers([decoder, EchoSessionHandler()])
    }
  }

  /// Listens until the channel is closed.
  func start() async throws -> any Channel {
    let metrics = MetricsRegistry()
    let shared = HTTPConnectionHandler.Shared(
      configuration: ServerConfiguration(), responder: self, quiet: CachedResponse(),
      log: RequestLog(metrics: metrics, accessLog: nil),
      budgets: ConnectionBudgets(ServerConfiguration(), metrics: metrics),
      browsers: BrowserAccess(listeningOn: "127.0.0.1"))
    return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try ConnectionChannel.addHandlers(to: channel, shared) {} }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }
}

/// `SessionHandler` without a hub: what a session decides is done in the same way.
private final class EchoSessionHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = ByteBuffer

  private var session = Session(now: .now(), configuration: StreamConfiguration())
  private var assembler = MessageAssembler()

  func handlerAdded(context: ChannelHandlerContext) {
    _ = session.opened()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    let wasAlive = session.isAlive
    let action = session.received(frame, now: .now())
    if wasAlive, case .text(let text) = assembler.receive(frame) {
      send(OutgoingFrame.text(Array(text.readableBytesView)), context)
    } else {
      perform(action, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength: perform(session.close(.tooBig, now: .now()), context)
    case is NIOWebSocketError: perform(session.close(.protocolError, now: .now()), context)
    default: context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  private func perform(_ action: Session.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .pong(let payload): send(OutgoingFrame.pong(payload), context)
    case .close(let reason):
      send(OutgoingFrame.close(code: reason.code, reason: reason.text), context)
      if reason.isViolation { context.close(mode: .output, promise: nil) }
    case .confirmClose(let code):
      send(OutgoingFrame.close(code: code), context)
      context.close(promise: nil)
    case .disconnect: context.close(promise: nil)
    case .nothing, .ping, .perform, .refuse: break
    }
  }

  private func send(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }
}
