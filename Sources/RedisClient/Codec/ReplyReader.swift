import CHiredis
import NIOCore

/// Bytes in, replies out: hiredis' reader, with arrays put together here.
///
/// hiredis 0.14 refuses more than eight levels of arrays. So it reads every reply that is not an array, and the empty and
/// null ones; the header of any other array is taken off its buffer here, and its elements are to hiredis replies of
/// their own. Nesting may go ``nestingLimit`` levels deep. A string that says to be longer than ``bulkLimit`` is refused
/// before any of it is kept: hiredis would wait for its end.
struct ReplyReader: ~Copyable {
  /// How many arrays may stand inside each other. More is an error: values of any depth could not be freed on a small stack.
  static let nestingLimit = 512

  /// How many bytes a string may have. The longest one that Tocsin is sent is a message of 256 events, each of at most
  /// 256 KiB and its place. Redis itself would keep, and send, 512 MiB.
  static let bulkLimit = 65 * 1024 * 1024

  /// hiredis moves the rest of its buffer down after each KiB that it has read; smaller portions keep that cheap.
  private static let portion = 16 * 1024

  private let reader: UnsafeMutablePointer<redisReader>
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
  /// Where hiredis' call-backs leave the value that they made.
  private let made: UnsafeMutablePointer<RedisValue>
  /// The arrays that are not complete yet, the innermost last.
  private var open: [OpenArray] = []

  private struct OpenArray {
    var elements: [RedisValue] = []
    let count: Int

    init(count: Int) {
      self.count = count
      // The count is the server's word; memory follows what really comes.
      elements.reserveCapacity(min(count, 1024))
    }
  }

  init() {
    made = .allocate(capacity: 1)
    made.initialize(to: .null)
    functions = .allocate(capacity: 1)
    functions.initialize(to: .values)
    guard let reader = redisReaderCreateWithFunctions(functions) else { fatalError("out of memory") }
    self.reader = reader
    reader.pointee.privdata = UnsafeMutableRawPointer(made)
  }

  deinit {
    redisReaderFree(reader)
    functions.deinitialize(count: 1)
    functions.deallocate()
    made.deinitialize(count: 1)
    made.deallocate()
  }

  /// Reads what came, and hands each reply that is complete to `body` in its order.
  ///
  /// `body` says whether to go on. After an error the reader is of no use any more.
  /// - Throws: ``RedisError/Code/unexpectedReply`` for bytes that are not RESP2
  mutating func read(_ bytes: ByteBuffer, _ body: (RedisValue) -> Bool) throws(RedisError) {
    var bytes = bytes
    while let portion = bytes.readSlice(length: min(bytes.readableBytes, Self.portion)), portion.readableBytes > 0 {
      try feed(portion)
      while let value = try next() {
        guard body(value) else { return }
      }
    }
  }

  private func feed(_ bytes: ByteBuffer) throws(RedisError) {
    let result = bytes.withUnsafeReadableBytes { space in
      redisReaderFeed(reader, space.baseAddress?.assumingMemoryBound(to: CChar.self), space.count)
    }
    guard result == REDIS_OK else { throw failure() }
  }

  private mutating func next() throws(RedisError) -> RedisValue? {
    while true {
      // Between two replies, and only then, the next byte is a type.
      if reader.pointee.ridx == -1 {
        guard reader.pointee.pos < reader.pointee.len, let bytes = reader.pointee.buf else { return nil }
        switch UInt8(bitPattern: bytes[reader.pointee.pos]) {
        case UInt8(ascii: "$"):
          guard let header = try header(bytes) else { return nil }
          guard header.count <= Self.bulkLimit else {
            throw RedisError(.unexpectedReply, "a string of \(header.count) bytes")
          }
        case UInt8(ascii: "*"):
          guard let header = try header(bytes) else { return nil }
          guard header.count <= Int32.max else { throw Self.malformed }
          if header.count > 0 {
            reader.pointee.pos += header.length
            guard open.count < Self.nestingLimit else {
              throw RedisError(.unexpectedReply, "a reply with more than \(Self.nestingLimit) levels of arrays")
            }
            open.append(OpenArray(count: header.count))
            continue
          }
        default: break
        }
      }
      var reply: UnsafeMutableRawPointer?
      guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
      guard reply != nil else { return nil }
      if let value = finish(made.pointee) { return value }
    }
  }

  /// Puts a value in its place; answers the whole reply once its last part is there.
  private mutating func finish(_ part: RedisValue) -> RedisValue? {
    var part = part
    while !open.isEmpty {
      open[open.count - 1].elements.append(part)
      guard open[open.count - 1].elements.count == open[open.count - 1].count else { return nil }
      part = .array(open.removeLast().elements)
    }
    return part
  }

  /// The count in `*<count>\r\n` or `$<count>\r\n`, and the length of that line; `nil` while the line is not complete.
  private func header(_ bytes: UnsafePointer<CChar>) throws(RedisError) -> (count: Int, length: Int)? {
    let start = reader.pointee.pos
    let line = UnsafeRawBufferPointer(start: bytes + start, count: min(reader.pointee.len - start, 24))
    guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
      if line.count == 24 { throw RedisError(.unexpectedReply, "an array or a string with an endless header") }
      return nil
    }
    guard end >= 3, line[end - 1] == UInt8(ascii: "\r"),
      let count = Int(String(decoding: line[1..<end - 1], as: UTF8.self)), count >= -1
    else { throw Self.malformed }
    return (count, end + 1)
  }

  private static var malformed: RedisError {
    RedisError(.unexpectedReply, "an array or a string with a malformed count")
  }

  private func failure() -> RedisError {
    let text = withUnsafeBytes(of: reader.pointee.errstr) { space in
      String(decoding: space.prefix { $0 != 0 }, as: UTF8.self)
    }
    return RedisError(.unexpectedReply, text)
  }
}

extension redisReplyObjectFunctions {
  /// Call-backs that leave the value where `privdata` points to. Their result only has to be something else than NULL.
  fileprivate static var values: redisReplyObjectFunctions {
    redisReplyObjectFunctions(
      createString: { task, text, count in
        leave(task) {
          let bytes = UnsafeRawBufferPointer(start: text, count: count)
          return switch task?.pointee.type {
          case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
          case REDIS_REPLY_STATUS: .simple(String(decoding: bytes, as: UTF8.self))
          default: .bulk(ByteBuffer(bytes: bytes))
          }
        }
      },
      createArray: { task, _ in leave(task) { .array([]) } },
      createInteger: { task, number in leave(task) { .integer(number) } },
      createNil: { task in leave(task) { .null } },
      freeObject: { _ in })
  }
}

private func leave(_ task: UnsafePointer<redisReadTask>?, _ make: () -> RedisValue) -> UnsafeMutableRawPointer? {
  guard let place = task?.pointee.privdata else { return nil }
  place.assumingMemoryBound(to: RedisValue.self).pointee = make()
  return place
}
