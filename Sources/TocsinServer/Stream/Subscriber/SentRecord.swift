import TocsinCore

/// Which part of the event log a connection has been sent, so that a `resume` message replays nothing twice.
///
/// From the end of the last span on, everything that matches the current subscriptions was sent or will be.
struct SentRecord {
  /// Events after `from`, up to and including `to`, were sent where they matched.
  private struct Span {
    var from: EventID
    var to: EventID
    var subscriptions: Subscriptions
  }

  /// A client that changes its subscriptions more often may get events again when it resumes.
  private static let longest = 64
  /// Likewise one that has subscribed to much: how many bytes of campaigns' names the spans may keep, beyond the last.
  private static let maximumBytes = Subscriptions.maximumBytes

  private var spans: [Span] = []
  private var bytes = 0
  private var open: EventID

  /// A stream that goes on from that place.
  init(from place: EventID) {
    open = place
  }

  /// How many spans an event may have to be compared with.
  var count: Int { spans.count }

  /// Up to that place these subscriptions held; the stream goes on from there.
  /// - Returns: whether they are kept
  @discardableResult
  mutating func split(at place: EventID, subscriptions: Subscriptions) -> Bool {
    defer { open = place }
    guard place != open, place.epoch == open.epoch, place.isAfter(open) else { return false }
    if let last = spans.last, last.to == open, last.subscriptions == subscriptions {
      spans[spans.count - 1].to = place
      return true
    }
    spans.append(Span(from: open, to: place, subscriptions: subscriptions))
    bytes += subscriptions.bytes
    while spans.count > SentRecord.longest || (bytes > SentRecord.maximumBytes && spans.count > 1) {
      bytes -= spans.removeFirst().subscriptions.bytes
    }
    return true
  }

  /// The stream goes on from that place, earlier or later than where it was.
  mutating func goOn(from place: EventID) {
    open = place
  }

  /// Whether the event of that place was sent before the last split.
  func contains(_ id: EventID, where matches: (Subscriptions) -> Bool) -> Bool {
    spans.contains { span in
      span.from.epoch == id.epoch && id.isAfter(span.from) && !id.isAfter(span.to) && matches(span.subscriptions)
    }
  }

  /// The first place at or after that one from which anything that matches the subscriptions may not have been sent.
  func firstGap(after place: EventID, subscriptions: Subscriptions) -> EventID {
    var place = place
    while let next = spans.first(where: { span in
      span.subscriptions == subscriptions && span.from.epoch == place.epoch && !span.from.isAfter(place)
        && span.to.isAfter(place)
    }) {
      place = next.to
    }
    return place
  }
}
