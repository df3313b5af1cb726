#if canImport(Glibc)
import Glibc
#endif

/// Bytes to look for in many messages. Looks for the pattern's rarest byte first, as `memchr` does that with vector
/// instructions: in JSON an underscore is rarer than a quote.
struct BytePattern: Sendable {
  private let bytes: [UInt8]
  private let anchor: Int

  /// How long it is.
  var count: Int { bytes.count }

  init(_ text: String) {
    bytes = Array(text.utf8)
    anchor = bytes.firstIndex(of: UInt8(ascii: "_")) ?? bytes.firstIndex { $0 != UInt8(ascii: "\"") } ?? 0
  }

  /// Where the pattern begins for the first time.
  func firstOffset(in memory: UnsafeRawBufferPointer) -> Int? {
    guard let base = memory.baseAddress, memory.count >= bytes.count else { return nil }
    let end = memory.count - bytes.count + anchor + 1
    var place = anchor
    while place < end, let hit = memchr(base + place, CInt(bytes[anchor]), end - place) {
      place = UnsafeRawPointer(hit) - base
      if memcmp(base + (place - anchor), bytes, bytes.count) == 0 { return place - anchor }
      place += 1
    }
    return nil
  }

  /// Where the pattern begins for the last time.
  func lastOffset(in memory: UnsafeRawBufferPointer) -> Int? {
    guard let base = memory.baseAddress, memory.count >= bytes.count else { return nil }
    return stride(from: memory.count - bytes.count, through: 0, by: -1).first {
      memcmp(base + $0, bytes, bytes.count) == 0
    }
  }
}

extension BytePattern {
  static let lineEnd = BytePattern("\r\n")
  static let headEnd = BytePattern("\r\n\r\n")
  static let alertCount = BytePattern("\"alerts_triggered\":")
  static let time = BytePattern("\"t_ns\":")
  static let resync = BytePattern("\"type\":\"resync\"")
}

extension UnsafeRawBufferPointer {
  /// The number in decimal digits that begins there, after spaces.
  func number(at offset: Int) -> UInt64? {
    var place = offset
    while place < count, self[place] == 32 { place += 1 }
    let start = place
    var value: UInt64 = 0
    while place < count, (48...57).contains(self[place]) {
      value = value &* 10 &+ UInt64(self[place] - 48)
      place += 1
    }
    return place > start ? value : nil
  }
}
