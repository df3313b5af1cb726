/// A delivery's id: a UUID of version 8 (RFC 9562) that is made from what the delivery is, so the same delivery has
/// the same id wherever and however often it is planned. It begins with its alert's time, so it leads to its row.
package struct DeliveryID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first eight bytes, big-endian.
  package let high: UInt64
  /// The last eight bytes, big-endian.
  package let low: UInt64

  /// An id of these 16 bytes.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The id of the delivery of that alert, for that cause, to that target.
  package init(alert: AlertID, cause: DeliveryCause, target: TargetName) {
    var hash = FNV128()
    hash.add(alert.high)
    hash.add(alert.low)
    hash.add(cause.rawValue)
    hash.add(target.receiver)
    hash.add(target.target)
    high = alert.high & ~0xffff | 0x8000 | hash.high & 0x0fff
    low = hash.low >> 2 | 0x8000_0000_0000_0000
  }

  /// When its alert fired, in whole milliseconds.
  package var timestamp: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

  /// Reads the usual 36-character text; nil for anything else.
  package init?(_ text: some StringProtocol) {
    guard let id = AlertID(text) else { return nil }
    self.init(high: id.high, low: id.low)
  }

  /// The usual text, lower case.
  package var description: String { AlertID(high: high, low: low).description }

  package static func < (left: DeliveryID, right: DeliveryID) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }
}

/// FNV-1a with 128 bits (draft-eastlake-fnv): spreads names that nobody chooses to collide.
struct FNV128 {
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
  private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

  var high: UInt64 { UInt64(truncatingIfNeeded: state >> 64) }
  var low: UInt64 { UInt64(truncatingIfNeeded: state) }

  mutating func add(_ byte: UInt8) {
    state = (state ^ UInt128(byte)) &* FNV128.prime
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// Adds a text and its end, so that two texts never run into each other.
  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(UInt8(0xff))
  }
}
