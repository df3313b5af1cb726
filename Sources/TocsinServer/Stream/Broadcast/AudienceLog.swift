import NIOCore

/// What one audience gets, as far as some member may still lack it.
struct AudienceLog {
  /// One buffer with consecutive events.
  struct Slice {
    /// Their bytes.
    let buffer: ByteBuffer
    /// How many events.
    let count: Int
    /// The position of whoever got it.
    let next: UInt64
  }

  private struct Item {
    let number: UInt64
    let bytes: ByteBuffer
    /// The bytes of all items so far, this one included.
    let total: Int
  }

  private let format: EventFormat
  private var items = CircularBuffer<Item>()
  private var total = 0
  private var slices: [UInt64: Slice] = [:]

  /// An empty log of events in that format.
  init(format: EventFormat) {
    self.format = format
  }

  /// The position of whoever lacks nothing.
  private(set) var end: UInt64 = 0

  /// Adds an event; its number is higher than all before it.
  mutating func append(_ event: EncodedEvent, number: UInt64) {
    let bytes = event.bytes(in: format)
    total += bytes.readableBytes
    items.append(Item(number: number, bytes: bytes, total: total))
    end = number + 1
    slices.removeAll(keepingCapacity: true)
  }

  /// How many bytes are lacking at that position.
  func bytesLacking(at position: UInt64) -> Int {
    let index = index(of: position)
    guard index < items.count else { return 0 }
    let item = items[offset: index]
    return total - (item.total - item.bytes.readableBytes)
  }

  /// The first events that are lacking at that position: whole events, of at most so many bytes unless the first one
  /// alone has more. All who lack the same get the same buffer.
  mutating func slice(at position: UInt64, limit: Int) -> Slice? {
    let start = index(of: position)
    guard start < items.count else { return nil }
    let first = items[offset: start]
    if let slice = slices[first.number] { return slice }
    let before = first.total - first.bytes.readableBytes
    var last = start
    while last + 1 < items.count, items[offset: last + 1].total - before <= limit { last += 1 }
    let buffer: ByteBuffer
    if last == start {
      buffer = first.bytes
    } else {
      var joined = ByteBuffer()
      joined.reserveCapacity(items[offset: last].total - before)
      for index in start...last { joined.writeImmutableBuffer(items[offset: index].bytes) }
      buffer = joined
    }
    let slice = Slice(buffer: buffer, count: last - start + 1, next: items[offset: last].number + 1)
    slices[first.number] = slice
    return slice
  }

  /// Forgets what nobody at that position or later lacks.
  mutating func drop(before position: UInt64) {
    while let first = items.first, first.number < position { items.removeFirst() }
    slices.removeAll(keepingCapacity: true)
  }

  private func index(of position: UInt64) -> Int {
    // Nearly everyone lacks everything or nothing.
    guard let first = items.first, first.number < position else { return 0 }
    if position >= end { return items.count }
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if items[offset: middle].number < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
