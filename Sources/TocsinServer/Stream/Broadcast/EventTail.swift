import NIOCore
import TocsinCore

/// The newest events of the node, without a gap, for clients that resume. Every loop has one; the events in it are
/// the same objects.
///
/// Places in it are numbered: a number is never used for another event, even after a resync.
struct EventTail {
  /// Where a place of the event log lies.
  enum Location: Equatable {
    /// What follows it begins with that number.
    case next(UInt64)
    /// Before the tail: the event log may still have what follows.
    case before
    /// After everything that this node has seen.
    case ahead
    /// In another epoch.
    case foreign
  }

  private let limit: Int
  private var events = CircularBuffer<EncodedEvent>()
  private var bytes = 0
  private var base: EventID?
  /// The number of the first event.
  private(set) var first: UInt64 = 1

  /// An empty tail that will hold so many bytes.
  init(limit: Int) {
    self.limit = limit
  }

  /// The number of the event that comes next.
  var end: UInt64 { first + UInt64(events.count) }

  /// The place of the newest event; nil before the node knows the log.
  var newest: EventID? { events.last?.id ?? base }

  /// The event of that number.
  subscript(number: UInt64) -> EncodedEvent {
    events[offset: Int(number - first)]
  }

  /// The place before the event of that number; nil where the tail no longer knows it.
  func place(before number: UInt64) -> EventID? {
    number == first ? base : number > first && number <= end ? self[number - 1].id : nil
  }

  /// Adds an event.
  /// - Returns: its number
  mutating func append(_ event: EncodedEvent) -> UInt64 {
    let number = end
    events.append(event)
    bytes += event.size
    while bytes > limit, events.count > 1 { dropFirst() }
    return number
  }

  private mutating func dropFirst() {
    let dropped = events.removeFirst()
    bytes -= dropped.size
    base = dropped.id
    first += 1
  }

  /// Forgets everything and goes on after that place.
  /// - Returns: the number that tells of it
  mutating func restart(at place: EventID) -> UInt64 {
    let number = end
    events.removeAll()
    bytes = 0
    base = place
    first = number + 1
    return number
  }

  /// Where that place lies.
  func locate(_ place: EventID) -> Location {
    guard let base, let newest, base.epoch == place.epoch else { return .foreign }
    if base.isAfter(place) { return .before }
    if place.isAfter(newest) { return .ahead }
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[offset: middle].id.isAfter(place) { high = middle } else { low = middle + 1 }
    }
    return .next(first + UInt64(low))
  }
}
