import TocsinJSON

/// A UUID of version 7 (RFC 9562): its first 48 bits are milliseconds since the Unix epoch, so ids sort by
/// the time at which they were made. An alert's id *is* its time: ``timestamp`` is when it fired.
package struct AlertID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first eight bytes, big-endian.
  package let high: UInt64
  /// The last eight bytes, big-endian.
  package let low: UInt64

  /// An id of these 16 bytes.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new id of that moment; 74 bits of it are random.
  package init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
    let random: UInt64 = generator.next()
    high = AlertID.prefix(of: time) | 0x7000 | random & 0x0fff
    low = generator.next() >> 2 | 0x8000_0000_0000_0000
  }

  /// The smallest id of that moment: every id made then or later is not less.
  package init(lowerBound time: Timestamp) {
    high = AlertID.prefix(of: time)
    low = 0
  }

  /// The 48 bits of a time, in their place. One before 1970 or after the year 10889 counts as the nearest that has some.
  private static func prefix(of time: Timestamp) -> UInt64 {
    UInt64(min(max(0, time.milliseconds), 0xffff_ffff_ffff)) << 16
  }

  /// When it was made, in whole milliseconds.
  package var timestamp: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

  package static func < (left: AlertID, right: AlertID) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  /// Reads the usual 36-character text, upper or lower case; nil for anything else.
  package init?(_ text: some StringProtocol) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var digits = 0
    var index = 0
    for byte in text.utf8 {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = UInt64(hexDigit: byte) else { return nil }
        if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
        digits += 1
      }
      index += 1
      if index > 36 { return nil }
    }
    guard index == 36 else { return nil }
    self.init(high: high, low: low)
  }

  /// The usual text, lower case: `018f3c5e-9f00-7abc-8def-0123456789ab`.
  package var description: String {
    String(unsafeUninitializedCapacity: AlertID.textLength) { buffer in
      write { buffer[$0] = $1 }
      return AlertID.textLength
    }
  }

  /// How many bytes ``description`` has.
  static let textLength = 36

  /// Appends ``description`` as UTF-8.
  package func append(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "-"), count: AlertID.textLength))
    bytes.withUnsafeMutableBufferPointer { buffer in write { buffer[start + $0] = $1 } }
  }

  private func write(_ put: (Int, UInt8) -> Void) {
    var place = 0
    for index in 0..<AlertID.textLength {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        put(index, UInt8(ascii: "-"))
        continue
      }
      let half = place < 16 ? high : low
      let nibble = UInt8(truncatingIfNeeded: half >> UInt64(60 - place % 16 * 4) & 0xf)
      put(index, nibble < 10 ? 48 + nibble : 87 + nibble)
      place += 1
    }
  }
}
