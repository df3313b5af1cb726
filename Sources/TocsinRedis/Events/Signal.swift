import NIOCore
import TocsinCore

/// What nodes publish: the digit `1` (the version), a word, what the word needs, each parted by a blank; a newline.
///
/// ```
/// 1 rules <version>
/// 1 epoch <epoch>
/// 1 probe <token>
/// 1 events <epoch> <place of the event before> <count>
/// <place> <length of the envelope in bytes>
/// <envelope><place> <length> …
/// ```
/// Events are written by the script that appends them to the log (`Scripts/Library/append.lua`).
enum Signal {
  static func rulesChanged(version: Int64) -> String { "1 rules \(version)\n" }

  static func probe(_ token: String) -> String { "1 probe \(token)\n" }

  /// Reads a payload; nil where it is damaged or of a version that this node does not know.
  static func decode(_ payload: ByteBuffer) -> ClusterSignal? {
    payload.withUnsafeReadableBytes { bytes in
      var reader = Reader(bytes: bytes)
      return signal(&reader)
    }
  }

  private static func signal(_ reader: inout Reader) -> ClusterSignal? {
    guard reader.text(until: " ") == "1", let word = reader.text(until: " ") else { return nil }
    if word == "events" { return batch(&reader).map { .events($0) } }
    guard let rest = reader.text(until: "\n"), reader.isAtEnd else { return nil }
    switch word {
    case "rules": return Int64(rest).map { .rulesChanged(version: $0) }
    case "epoch": return .epochBegan(rest)
    case "probe": return .probe(rest)
    default: return nil
    }
  }

  private static func batch(_ reader: inout Reader) -> EventBatch? {
    guard let epoch = reader.text(until: " "), let before = reader.text(until: " "),
      let predecessor = EventID(epoch: epoch, entry: before),
      let count = reader.number(until: "\n").flatMap({ Int(exactly: $0) }), count > 0
    else { return nil }
    var events: [LoggedEvent] = []
    events.reserveCapacity(min(count, 1000))
    for _ in 0..<count {
      guard let milliseconds = reader.number(until: "-"), let sequence = reader.number(until: " "),
        let length = reader.number(until: "\n").flatMap({ Int(exactly: $0) }), let envelope = reader.bytes(length)
      else { return nil }
      let id = EventID(epoch: epoch, milliseconds: milliseconds, sequence: sequence)
      events.append(LoggedEvent(id: id, envelope: EventEnvelope(decoding: envelope)))
    }
    return reader.isAtEnd ? EventBatch(predecessor: predecessor, events: events) : nil
  }

  /// Walks over a payload.
  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var place = 0

    var isAtEnd: Bool { place == bytes.count }

    mutating func text(until end: Unicode.Scalar) -> String? {
      guard let stop = bytes[place...].firstIndex(of: UInt8(ascii: end)) else { return nil }
      defer { place = stop + 1 }
      return String(validating: bytes[place..<stop], as: UTF8.self)
    }

    /// At least one digit, nothing but digits.
    mutating func number(until end: Unicode.Scalar) -> UInt64? {
      var value: UInt64 = 0
      let start = place
      while place < bytes.count {
        defer { place += 1 }
        if bytes[place] == UInt8(ascii: end) { return place > start ? value : nil }
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] else { return nil }
        let digit = UInt64(bytes[place] - UInt8(ascii: "0"))
        let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
        guard !isTooLarge else { return nil }
        let (sum, isOver) = tens.addingReportingOverflow(digit)
        guard !isOver else { return nil }
        value = sum
      }
      return nil
    }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
      guard count >= 0, count <= bytes.count - place else { return nil }
      defer { place += count }
      return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }
  }
}
