/// A moment: whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Milliseconds since the Unix epoch.
  package var milliseconds: Int64

  /// The moment that many milliseconds after the Unix epoch.
  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The moment that many milliseconds later. Where it has no number: the last moment that has one, or the first.
  package func advanced(by milliseconds: Int64) -> Timestamp {
    let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
    return Timestamp(milliseconds: overflow ? (milliseconds < 0 ? .min : .max) : sum)
  }

  /// RFC 3339 in UTC with milliseconds: `2026-01-31T09:30:00.125Z`. A moment outside the years 0 to 9999, which
  /// RFC 3339 cannot express, is written as the nearest one inside.
  package var description: String {
    String(unsafeUninitializedCapacity: Timestamp.textLength) { buffer in
      write { buffer[$0] = $1 }
      return Timestamp.textLength
    }
  }

  /// How many bytes ``description`` has.
  static let textLength = 24

  /// Appends ``description`` as UTF-8.
  package func append(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: Timestamp.textLength))
    bytes.withUnsafeMutableBufferPointer { buffer in write { buffer[start + $0] = $1 } }
  }

  private func write(_ put: (Int, UInt8) -> Void) {
    let milliseconds = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
    let days = milliseconds.flooredDivision(by: 86_400_000)
    let rest = Int(milliseconds - days * 86_400_000)
    let date = CivilDate(daysSinceEpoch: days)
    func digits(_ value: Int, _ count: Int, at index: Int) {
      var value = value
      for place in stride(from: index + count - 1, through: index, by: -1) {
        put(place, UInt8(48 + value % 10))
        value /= 10
      }
    }
    digits(date.year, 4, at: 0)
    put(4, UInt8(ascii: "-"))
    digits(date.month, 2, at: 5)
    put(7, UInt8(ascii: "-"))
    digits(date.day, 2, at: 8)
    put(10, UInt8(ascii: "T"))
    digits(rest / 3_600_000, 2, at: 11)
    put(13, UInt8(ascii: ":"))
    digits(rest / 60_000 % 60, 2, at: 14)
    put(16, UInt8(ascii: ":"))
    digits(rest / 1000 % 60, 2, at: 17)
    put(19, UInt8(ascii: "."))
    digits(rest % 1000, 3, at: 20)
    put(23, UInt8(ascii: "Z"))
  }

  /// Reads what ``description`` writes; also other RFC 3339 texts in UTC, with zero to nine digits of a second.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84 || bytes[10] == 116 || bytes[10] == 32,
      bytes[13] == 58, bytes[16] == 58, bytes.last == 90 || bytes.last == 122
    else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second < 61
    else { return nil }
    var fraction = 0
    if bytes.count > 20 {
      guard bytes[19] == 46, bytes.count > 21, bytes.count <= 30 else { return nil }
      let digits = 20..<(bytes.count - 1)
      guard number(digits) != nil else { return nil }
      for place in 0..<3 {
        let index = 20 + place
        fraction = fraction * 10 + (digits.contains(index) ? Int(bytes[index] - 48) : 0)
      }
    }
    let date = CivilDate(year: year, month: month, day: day)
    let days = date.daysSinceEpoch
    guard CivilDate(daysSinceEpoch: days) == date else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60 + second)
    milliseconds = days * 86_400_000 + seconds * 1000 + Int64(fraction)
  }
}

extension Int64 {
  /// Division that rounds towards negative infinity.
  func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
