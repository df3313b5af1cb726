import NIOCore
import NIOWebSocket

/// What a connection gives its reader.
enum StreamFrame: Sendable, Equatable {
  case text([UInt8])
  case closed(String)
}

/// What the reader tells the connection.
enum StreamDemand: Sendable {
  /// A frame was taken.
  case taken
  /// The reader has enough: say goodbye and close.
  case goodbye
}

/// Turns WebSocket frames into ``StreamFrame``s, answers pings, and watches that the server is still there. Stops
/// reading while its reader is behind, so that the server sees a slow client as such.
final class StreamHandler: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundIn = Never
  typealias OutboundOut = WebSocketFrame

  private static let readAhead = 256
  private let frames: AsyncStream<StreamFrame>.Continuation
  private let pingInterval: TimeAmount
  private var untaken = 0
  private var holdsRead = false
  private var heard = true
  private var silentIntervals = 0
  private var keepAlive: RepeatedTask?
  private var isFinished = false

  init(frames: AsyncStream<StreamFrame>.Continuation, pingInterval: TimeAmount) {
    self.frames = frames
    self.pingInterval = pingInterval
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    keepAlive = context.eventLoop.scheduleRepeatedTask(initialDelay: pingInterval, delay: pingInterval) { _ in
      let (handler, context) = bound.value
      handler.intervalPassed(context: context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    keepAlive?.cancel()
    finish("the connection was lost")
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish("the connection was lost")
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heard = true
    var frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text, .binary:
      untaken += 1
      frames.yield(.text(Array(buffer: frame.unmaskedData)))
    case .ping:
      write(.pong, frame.unmaskedData, context: context)
    case .connectionClose:
      var data = frame.unmaskedData
      let code = data.readWebSocketErrorCode()
      let reason = data.readString(length: data.readableBytes) ?? ""
      finish(Self.closeReason(code, reason))
      frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: frame.unmaskedData)
      context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenComplete { _ in
        context.close(promise: nil)
      }
    default: break
    }
  }

  func read(context: ChannelHandlerContext) {
    if untaken < Self.readAhead { context.read() } else { holdsRead = true }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard let demand = event as? StreamDemand else {
      context.triggerUserOutboundEvent(event, promise: promise)
      return
    }
    switch demand {
    case .taken:
      untaken -= 1
      if holdsRead, untaken < Self.readAhead / 2 {
        holdsRead = false
        context.read()
      }
    case .goodbye:
      var data = context.channel.allocator.buffer(capacity: 2)
      data.write(webSocketErrorCode: .normalClosure)
      let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
      context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenComplete { _ in
        context.close(promise: nil)
      }
    }
    promise?.succeed()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(ConnectionFailure(error).reason)
    context.close(promise: nil)
  }

  private func intervalPassed(context: ChannelHandlerContext) {
    defer { heard = false }
    silentIntervals = heard || holdsRead ? 0 : silentIntervals + 1
    if silentIntervals >= 2 {
      finish("the server shows no sign of life")
      context.close(promise: nil)
    } else {
      write(.ping, context.channel.allocator.buffer(capacity: 0), context: context)
    }
  }

  private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, context: ChannelHandlerContext) {
    let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  private func finish(_ reason: String) {
    guard !isFinished else { return }
    isFinished = true
    frames.yield(.closed(reason))
    frames.finish()
  }

  private static func closeReason(_ code: WebSocketErrorCode?, _ reason: String) -> String {
    if !reason.isEmpty { return "the server closed the stream: \(reason)" }
    return switch code {
    case .goingAway: "the server is shutting down"
    case let code?: "the server closed the stream (code \(UInt16(webSocketErrorCode: code)))"
    case nil: "the server closed the stream"
    }
  }
}
