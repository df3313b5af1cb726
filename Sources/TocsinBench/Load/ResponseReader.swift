import NIOCore

/// Reads HTTP/1.1 responses of one connection, one at a time: just enough of RFC 9112 for a measurement, since a
/// general client would measure itself.
struct ResponseReader {
  /// A response that is there in full.
  struct Response {
    var status: Int
    var body: ByteBuffer
    /// Whether the server is going to close the connection.
    var closes: Bool
  }

  /// The bytes are no HTTP/1.1 response.
  struct Malformed: Error {}

  private var buffer = ByteBuffer()

  /// Takes what arrived.
  mutating func append(_ part: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = part
    } else {
      var part = part
      buffer.writeBuffer(&part)
    }
  }

  /// The next response, once all of it has arrived.
  mutating func next() throws(Malformed) -> Response? {
    guard buffer.readableBytes > 0, let head = try readHead() else { return nil }
    if head.status < 200 {
      buffer.moveReaderIndex(forwardBy: head.length)
      return try next()
    }
    if head.isChunked { return try readChunked(head) }
    let length = [204, 304].contains(head.status) ? 0 : head.contentLength
    guard let length else { throw Malformed() }
    guard buffer.readableBytes >= head.length + length else { return nil }
    buffer.moveReaderIndex(forwardBy: head.length)
    guard let body = buffer.readSlice(length: length) else { throw Malformed() }
    return Response(status: head.status, body: body, closes: head.closes)
  }

  private struct Head {
    var length: Int
    var status: Int
    var contentLength: Int?
    var isChunked = false
    var closes = false
  }

  private func readHead() throws(Malformed) -> Head? {
    let result: Result<Head?, Malformed> = buffer.withUnsafeReadableBytes { bytes in
      guard let end = BytePattern.headEnd.firstOffset(in: bytes) else {
        return bytes.count > 64 << 10 ? .failure(Malformed()) : .success(nil)
      }
      guard end >= 12, bytes[0] == UInt8(ascii: "H"), bytes[8] == 32 else { return .failure(Malformed()) }
      var status = 0
      for place in 9..<12 { status = status * 10 + Int(bytes[place]) - 48 }
      guard (100..<600).contains(status) else { return .failure(Malformed()) }
      var head = Head(length: end + 4, status: status)
      var line = BytePattern.lineEnd.firstOffset(in: bytes) ?? end
      while line < end {
        let start = line + 2
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<(end + 2)])
        line = start + (BytePattern.lineEnd.firstOffset(in: rest) ?? rest.count)
        Self.read(UnsafeRawBufferPointer(rebasing: bytes[start..<line]), into: &head)
      }
      return .success(head)
    }
    return try result.get()
  }

  private static func read(_ field: UnsafeRawBufferPointer, into head: inout Head) {
    guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return }
    func named(_ name: String) -> Bool {
      colon == name.utf8.count && zip(field, name.utf8).allSatisfy { $0 | 0x20 == $1 }
    }
    func value() -> String {
      String(decoding: field[(colon + 1)...].filter { $0 != 32 && $0 != 9 }, as: UTF8.self).lowercased()
    }
    if named("content-length") {
      head.contentLength = Int(value())
    } else if named("transfer-encoding") {
      head.isChunked = value().hasSuffix("chunked")
    } else if named("connection") {
      head.closes = value() == "close"
    }
  }

  private mutating func readChunked(_ head: Head) throws(Malformed) -> Response? {
    var rest = buffer
    rest.moveReaderIndex(forwardBy: head.length)
    var body = ByteBuffer()
    while true {
      let lineLength = rest.withUnsafeReadableBytes { BytePattern.lineEnd.firstOffset(in: $0) }
      guard let lineLength, let line = rest.readString(length: lineLength) else { return nil }
      rest.moveReaderIndex(forwardBy: 2)
      guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { throw Malformed() }
      guard rest.readableBytes >= size + 2 else { return nil }
      if let chunk = rest.readSlice(length: size) { body.writeImmutableBuffer(chunk) }
      rest.moveReaderIndex(forwardBy: 2)
      if size == 0 { break }
    }
    buffer = rest
    return Response(status: head.status, body: body, closes: head.closes)
  }
}
