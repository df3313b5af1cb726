import NIOCore
import TocsinClient
import TocsinCore

/// One client of a stream measurement: a WebSocket client that does no more than it must, so that ten thousand of them
/// do not measure themselves.
final class StreamListener: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// The server did not upgrade the connection, or broke the protocol.
  struct Refused: Error, CustomStringConvertible {
    var description: String
  }

  private enum State { case upgrading, waiting, open, closed }

  private let client: Int
  private let request: ByteBuffer
  private let timeout: TimeAmount
  private let audience: StreamAudience
  private var state = State.upgrading
  private var head = ByteBuffer()
  private var frames = FrameReader()
  private var alarm: Scheduled<Void>?
  private var error: any Error = ChannelError.eof

  init(client: Int, request: ByteBuffer, timeout: TimeAmount, audience: StreamAudience) {
    self.client = client
    self.request = request
    self.timeout = timeout
    self.audience = audience
  }

  /// The opening handshake (RFC 6455, section 4.1).
  static func request(_ server: ServerAddress, query: String) -> ByteBuffer {
    ByteBuffer(
      string: """
        GET \(server.basePath)/ws/alerts\(query) HTTP/1.1\r
        host: \(server.authority)\r
        user-agent: tocsin-bench/\(TocsinRelease.version)\r
        upgrade: websocket\r
        connection: Upgrade\r
        sec-websocket-version: 13\r
        sec-websocket-key: dG9jc2luIGJlbmNoIGtleQ==\r
        \r\n
        """)
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    alarm = context.eventLoop.scheduleTask(in: timeout) {
      let (listener, context) = bound.value
      listener.fail(Refused(description: "no first message in time"), context: context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    if state == .upgrading {
      head.writeBuffer(&buffer)
      guard let end = head.withUnsafeReadableBytes({ BytePattern.headEnd.firstOffset(in: $0) }) else { return }
      let text = head.readString(length: end + 4) ?? ""
      guard text.hasPrefix("HTTP/1.1 101") else {
        return fail(Refused(description: String(text.prefix { !$0.isNewline })), context: context)
      }
      state = .waiting
      buffer = head
      head = ByteBuffer()
    }
    let isSound = frames.read(buffer) { opcode, payload in received(opcode, payload, context: context) }
    if !isSound { fail(Refused(description: "broken frames"), context: context) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    let stood = state == .open
    guard state != .closed else { return }
    state = .closed
    audience.closed(stood: stood, error: error)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error, context: context)
  }

  private func received(_ opcode: FrameReader.Opcode, _ payload: UnsafeRawBufferPointer, context: ChannelHandlerContext)
  {
    switch opcode {
    case .text, .binary, .continuation:
      if state == .waiting {
        state = .open
        alarm?.cancel()
        alarm = nil
        audience.opened(context.channel)
      } else {
        audience.received(payload, client: client)
      }
    case .ping: pong(payload, context: context)
    case .close: context.close(promise: nil)
    case .pong: break
    }
  }

  /// A client masks what it sends; a mask of zeros changes nothing and is allowed.
  private func pong(_ payload: UnsafeRawBufferPointer, context: ChannelHandlerContext) {
    guard payload.count < 126 else { return }
    var frame = context.channel.allocator.buffer(capacity: 6 + payload.count)
    frame.writeBytes([0x8a, 0x80 | UInt8(payload.count), 0, 0, 0, 0])
    frame.writeBytes(payload)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  private func fail(_ error: any Error, context: ChannelHandlerContext) {
    self.error = error
    context.close(promise: nil)
  }
}
