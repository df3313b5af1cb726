import NIOCore
import NIOEmbedded
import NIOWebSocket
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// Frames as clients send them.
enum ClientFrame {
  static let key: WebSocketMaskingKey = [0x12, 0x34, 0x56, 0x78]

  static func text(_ text: String, fin: Bool = true, opcode: WebSocketOpcode = .text) -> WebSocketFrame {
    frame(opcode, Array(text.utf8), fin: fin)
  }

  static func frame(
    _ opcode: WebSocketOpcode, _ bytes: [UInt8] = [], fin: Bool = true, masked: Bool = true, rsv1: Bool = false
  ) -> WebSocketFrame {
    var data = ByteBuffer(bytes: bytes)
    if masked { data.webSocketMask(key) }
    return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: masked ? key : nil, data: data)
  }

  /// The bytes of a masked frame on the wire.
  static func bytes(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ...0xffff: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      bytes += [
        0x80 | 127, 0, 0, 0, 0, 0, UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xff),
        UInt8(payload.count & 0xff),
      ]
    }
    let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    bytes += mask
    for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index % 4]) }
    return bytes
  }

  static func bytes(_ text: String) -> [UInt8] { bytes(0x1, Array(text.utf8)) }
}

/// Reads the frames that a server sent.
struct ServerFrames {
  struct Frame: Equatable {
    var opcode: UInt8
    var payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    var closeCode: Int? { opcode == 0x8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
    var json: JSONObject { (try? JSON(parsing: payload))?.object ?? JSONObject() }
    var type: String { json["type"]?.string ?? "" }
  }

  private var buffer = ByteBuffer()

  mutating func feed(_ bytes: ByteBuffer) {
    buffer.writeImmutableBuffer(bytes)
  }

  /// The next whole frame.
  mutating func next() -> Frame? {
    let start = buffer.readerIndex
    guard let first = buffer.readInteger(as: UInt8.self), let second = buffer.readInteger(as: UInt8.self) else {
      buffer.moveReaderIndex(to: start)
      return nil
    }
    precondition(second & 0x80 == 0, "a server does not mask")
    let length: Int? =
      switch second {
      case 126: buffer.readInteger(as: UInt16.self).map { Int($0) }
      case 127: buffer.readInteger(as: UInt64.self).map { Int($0) }
      default: Int(second)
      }
    guard let length, let payload = buffer.readBytes(length: length) else {
      buffer.moveReaderIndex(to: start)
      return nil
    }
    if buffer.readableBytes == 0 { buffer.clear() } else if buffer.readerIndex > 1 << 16 { buffer.discardReadBytes() }
    return Frame(opcode: first & 0xf, payload: payload)
  }
}
