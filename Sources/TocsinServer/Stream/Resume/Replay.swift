import NIOCore
import TocsinCore

/// A client's way from a place in the past to the live stream: through pages of the event log until the node's tail
/// has what follows, through the tail, to its end. There the client joins the live stream without a gap, since tail
/// and live stream belong to one loop.
struct Replay {
  /// What comes next.
  enum Step {
    /// The client gets those of these events that it wants.
    case pass([EncodedEvent])
    /// The page after that place is needed.
    case fetch(EventID)
    /// Nothing to do until a page or an event arrives.
    case wait
    /// The client has everything.
    case finished
    /// Nothing can be replayed, and nothing was: the client has to read the list.
    case lost(String)
    /// The rest is out of reach although a part was replayed.
    case broken
  }

  private enum Place {
    case log(after: EventID, page: ArraySlice<EncodedEvent>, isFetching: Bool)
    case ahead(EventID, until: NIODeadline)
    case tail(next: UInt64)
    case foreign
  }

  /// From where on events were asked for.
  let start: EventID
  /// The end of the tail when the replay began: a client whose events are lost goes on from there.
  let fallback: UInt64
  /// Whether the client is told about the outcome; not while a lost replay goes on from its fallback.
  private(set) var isAnnounced = true
  /// Whether everything that follows ``start`` can be had, as far as is known.
  private(set) var isConfirmed = false
  private var place: Place
  private var remaining: Int

  /// A replay of what follows that place.
  init(after start: EventID, in tail: EventTail, now: NIODeadline, configuration: StreamConfiguration) {
    self.start = start
    fallback = tail.end
    remaining = configuration.replayLimit
    switch tail.locate(start) {
    case .next(let number):
      place = .tail(next: number)
      isConfirmed = true
    case .before: place = .log(after: start, page: [], isFetching: false)
    case .ahead:
      place = .ahead(start, until: now + configuration.aheadLimit)
      isConfirmed = true
    case .foreign: place = .foreign
    }
  }

  /// The place up to which events were passed.
  func position(in tail: EventTail) -> EventID? {
    switch place {
    case .log(let after, _, _): after
    case .ahead(let place, _): place
    case .tail(let next): tail.place(before: next)
    case .foreign: nil
    }
  }

  /// Goes on silently from where the live stream was when the replay began.
  mutating func fallBack() {
    isAnnounced = false
    isConfirmed = true
    place = .tail(next: fallback)
  }

  /// The next step, with at most so many events.
  mutating func next(in tail: EventTail, limit: Int, now: NIODeadline) -> Step {
    switch place {
    case .foreign: return .lost("the last_event_id is unknown, or of an event log that is gone")
    case .tail(let next): return step(in: tail, from: next, limit: limit)
    case .ahead(let awaited, let until):
      switch tail.locate(awaited) {
      case .next(let number):
        place = .tail(next: number)
        return step(in: tail, from: number, limit: limit)
      case .ahead where now < until: return .wait
      case .before: return fetch(awaited, false)
      default: return .lost("the last_event_id is not known to the event log")
      }
    case .log(let after, let page, let isFetching):
      switch tail.locate(after) {
      case .next(let number):
        place = .tail(next: number)
        return step(in: tail, from: number, limit: limit)
      case .before: return page.isEmpty ? fetch(after, isFetching) : pass(page, tail: tail, limit: limit)
      case .ahead, .foreign: return isConfirmed ? .broken : .lost("the event log began anew")
      }
    }
  }

  private mutating func fetch(_ after: EventID, _ isFetching: Bool) -> Step {
    if isFetching { return .wait }
    place = .log(after: after, page: [], isFetching: true)
    return .fetch(after)
  }

  /// Events of a page, but none that this node has not seen itself: those come through its tail.
  private mutating func pass(_ page: ArraySlice<EncodedEvent>, tail: EventTail, limit: Int) -> Step {
    let events = page.prefix(limit).prefix { event in
      tail.newest.map { !event.id.isAfter($0) } ?? false
    }
    guard let last = events.last, remaining >= events.count else { return .broken }
    remaining -= events.count
    place = .log(after: last.id, page: page[events.endIndex...], isFetching: false)
    return .pass(Array(events))
  }

  private mutating func step(in tail: EventTail, from next: UInt64, limit: Int) -> Step {
    guard next >= tail.first else { return .broken }
    guard next < tail.end else { return .finished }
    let stop = min(tail.end, next + UInt64(limit))
    place = .tail(next: stop)
    return .pass((next..<stop).map { tail[$0] })
  }

  /// A page arrived.
  /// - Returns: ``Step/lost(_:)`` or ``Step/broken`` where it does not help; else ``Step/wait``: ask for the next step
  mutating func arrived(_ page: HistoryPage, after: EventID) -> Step {
    guard case .log(after, _, isFetching: true) = place else { return .wait }
    switch page {
    case .events(let events) where !events.isEmpty:
      isConfirmed = true
      place = .log(after: after, page: events, isFetching: false)
      return .wait
    case .events, .trimmed:
      return isConfirmed ? .broken : .lost("the events after the last_event_id are no longer kept")
    case .unavailable: return isConfirmed ? .broken : .lost("the event log cannot be read at the moment")
    }
  }
}
