import NIOCore
import NIOWebSocket

/// Makes messages of a client's frames and says where the client breaks RFC 6455.
struct MessageAssembler {
  /// What a frame amounted to.
  enum Output: Equatable {
    /// Nothing yet, or a pong.
    case nothing
    /// A whole text message, valid UTF-8.
    case text(ByteBuffer)
    /// The client wants a pong of that payload.
    case ping(ByteBuffer)
    /// The client closes, with that code if it named one.
    case close(UInt16?)
    /// The connection has to be closed.
    case violation(CloseReason)
  }

  /// The largest message in bytes.
  static let maximumSize = 64 * 1024

  private var partial: ByteBuffer?

  /// Takes a frame, masked as it came.
  mutating func receive(_ frame: WebSocketFrame) -> Output {
    guard frame.maskKey != nil, frame.reservedBits.isEmpty else { return .violation(.protocolError) }
    switch frame.opcode {
    case .text:
      guard partial == nil else { return .violation(.protocolError) }
      return append(frame.unmaskedData, isLast: frame.fin, to: nil)
    case .continuation:
      guard let begun = partial else { return .violation(.protocolError) }
      partial = nil
      return append(frame.unmaskedData, isLast: frame.fin, to: begun)
    case .binary: return .violation(partial == nil ? .binaryMessage : .protocolError)
    case .ping: return .ping(frame.unmaskedData)
    case .pong: return .nothing
    case .connectionClose: return close(frame.unmaskedData)
    default: return .violation(.protocolError)
    }
  }

  private mutating func append(_ data: ByteBuffer, isLast: Bool, to begun: ByteBuffer?) -> Output {
    var message = begun ?? data
    if begun != nil {
      guard message.readableBytes + data.readableBytes <= MessageAssembler.maximumSize else {
        return .violation(.tooBig)
      }
      message.writeImmutableBuffer(data)
    }
    guard isLast else {
      partial = message
      return .nothing
    }
    return MessageAssembler.isUTF8(message) ? .text(message) : .violation(.invalidText)
  }

  private func close(_ payload: ByteBuffer) -> Output {
    var payload = payload
    if payload.readableBytes == 0 { return .close(nil) }
    guard let code = payload.readInteger(as: UInt16.self), MessageAssembler.mayBeSent(code) else {
      return .violation(.protocolError)
    }
    return MessageAssembler.isUTF8(payload) ? .close(code) : .violation(.invalidText)
  }

  private static func isUTF8(_ buffer: ByteBuffer) -> Bool {
    String(validating: buffer.readableBytesView, as: UTF8.self) != nil
  }

  /// Whether RFC 6455, section 7.4, and the registry of close codes let a peer send that code.
  private static func mayBeSent(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
