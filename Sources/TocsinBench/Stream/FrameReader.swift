import NIOCore

/// Reads the frames that a WebSocket server sends (RFC 6455, section 5.2): unmasked, each message in one frame, as
/// Tocsin sends them.
struct FrameReader {
  /// What a frame is.
  enum Opcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10
  }

  private var pending = ByteBuffer()

  /// Takes what arrived, and hands on each frame that is there in full.
  /// - Returns: false where the bytes are no frames
  mutating func read(_ part: ByteBuffer, _ body: (Opcode, UnsafeRawBufferPointer) -> Void) -> Bool {
    var buffer = part
    if pending.readableBytes > 0 {
      pending.writeBuffer(&buffer)
      buffer = pending
      pending = ByteBuffer()
    }
    let consumed = buffer.withUnsafeReadableBytes { Self.frames(of: $0, body) }
    guard let consumed else { return false }
    buffer.moveReaderIndex(forwardBy: consumed)
    if buffer.readableBytes > 0 { pending.writeBuffer(&buffer) }
    return true
  }

  private static func frames(
    of bytes: UnsafeRawBufferPointer, _ body: (Opcode, UnsafeRawBufferPointer) -> Void
  ) -> Int? {
    var place = 0
    while bytes.count - place >= 2 {
      guard let opcode = Opcode(rawValue: bytes[place] & 0x0f), bytes[place + 1] & 0x80 == 0 else { return nil }
      var length = Int(bytes[place + 1])
      var start = place + 2
      if length >= 126 {
        let width = length == 126 ? 2 : 8
        guard bytes.count - start >= width else { break }
        length = bytes[start..<(start + width)].reduce(0) { $0 &<< 8 | Int($1) }
        guard (0...(64 << 20)).contains(length) else { return nil }
        start += width
      }
      guard bytes.count - start >= length else { break }
      body(opcode, UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
      place = start + length
    }
    return place
  }
}
