import NIOCore
import NIOWebSocket

/// Does what the script says on a stream, then answers pings and a close.
final class StreamSteps: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let steps: [FakeServer.Step]

  init(_ steps: [FakeServer.Step]) {
    self.steps = steps
  }

  func handlerAdded(context: ChannelHandlerContext) {
    for step in steps {
      switch step {
      case .send(let text): write(.text, ByteBuffer(string: text), context: context)
      case .close(let code):
        var data = ByteBuffer()
        data.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: Int(code)))
        write(.connectionClose, data, context: context)
      }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .ping: write(.pong, frame.unmaskedData, context: context)
    case .connectionClose: context.close(promise: nil)
    default: break
    }
  }

  private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
  }
}
