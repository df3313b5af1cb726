import NIOCore

/// Frames from server to client (RFC 6455, section 5.2): never masked, never fragmented.
enum OutgoingFrame {
  private enum Opcode: UInt8 {
    case text = 0x1
    case close = 0x8
    case ping = 0x9
    case pong = 0xA
  }

  /// A text message.
  static func text(_ bytes: [UInt8]) -> ByteBuffer {
    var buffer = header(.text, length: bytes.count)
    buffer.writeBytes(bytes)
    return buffer
  }

  /// The payload of a frame that was made here.
  static func payload(of frame: ByteBuffer) -> ByteBuffer {
    var rest = frame
    guard let first: UInt16 = rest.readInteger() else { return rest }
    switch first & 0x7f {
    case 126: rest.moveReaderIndex(forwardBy: 2)
    case 127: rest.moveReaderIndex(forwardBy: 8)
    default: break
    }
    return rest
  }

  /// A ping without payload.
  static let ping = header(.ping, length: 0)

  /// The answer to a ping of that payload, at most 125 bytes.
  static func pong(_ payload: ByteBuffer) -> ByteBuffer {
    var buffer = header(.pong, length: payload.readableBytes)
    buffer.writeImmutableBuffer(payload)
    return buffer
  }

  /// A close frame; without a code its payload is empty.
  static func close(code: UInt16?, reason: String = "") -> ByteBuffer {
    guard let code else { return header(.close, length: 0) }
    var buffer = header(.close, length: 2 + reason.utf8.count)
    buffer.writeInteger(code)
    buffer.writeString(reason)
    return buffer
  }

  private static func header(_ opcode: Opcode, length: Int) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(length + (length < 126 ? 2 : length <= 0xffff ? 4 : 10))
    buffer.writeInteger(0x80 | opcode.rawValue)
    switch length {
    case ..<126: buffer.writeInteger(UInt8(length))
    case ...0xffff:
      buffer.writeInteger(UInt8(126))
      buffer.writeInteger(UInt16(length))
    default:
      buffer.writeInteger(UInt8(127))
      buffer.writeInteger(UInt64(length))
    }
    return buffer
  }
}
