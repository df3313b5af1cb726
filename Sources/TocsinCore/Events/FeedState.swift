/// One node's way through the event log: what arrives by publication, put into the log's order without gaps and
/// without repeats.
///
/// Publications name their predecessor. One that follows the node's position is delivered; one that lies before it is
/// a repeat; one that lies beyond it shows a gap, which is filled from the log while further publications are kept.
/// After a lost subscription a fill comes first. A publication of another epoch is believed only once the log's newest event
/// is of that epoch, too: anybody can publish. Where the log cannot fill a gap (trimmed, or another epoch) clients
/// have to be told, and the node goes on from the log's newest event.
///
/// It does no I/O: whoever drives it performs each ``Action`` in full before the next event, and repeats an ``Ask``
/// that failed as long as ``pending`` names it.
package struct FeedState: Sendable {
  /// What to do: first tell of a resync, then deliver the events, then ask.
  package struct Action: Sendable, Hashable {
    /// Every client must be told to read the list again, and everything that is known of the log be forgotten.
    package var resync: Resync?
    /// Events that follow the position so far, in order, each once.
    package var events: [LoggedEvent]
    /// A question to the log.
    package var ask: Ask?

    /// An action of these parts.
    package init(resync: Resync? = nil, events: [LoggedEvent] = [], ask: Ask? = nil) {
      self.resync = resync
      self.events = events
      self.ask = ask
    }

    /// Nothing to do.
    package static let none = Action()

    /// Deliver these.
    package static func deliver(_ events: [LoggedEvent]) -> Action { Action(events: events) }

    /// Ask for the events after that place.
    package static func fill(after place: EventID) -> Action { Action(ask: .fill(after: place)) }
  }

  /// A question to the log.
  package enum Ask: Sendable, Hashable {
    /// The events after that place; the answer goes to ``FeedState/filled(after:with:isComplete:)``.
    case fill(after: EventID)
    /// The place of the newest event; the answer goes to ``FeedState/located(_:)``.
    case newest
  }

  /// A new beginning.
  package struct Resync: Sendable, Hashable {
    /// Why.
    package var reason: ResyncReason
    /// The place from which the feed goes on.
    package var place: EventID

    /// A new beginning at that place.
    package init(reason: ResyncReason, place: EventID) {
      self.reason = reason
      self.place = place
    }
  }

  /// Why a feed begins anew.
  package enum ResyncReason: String, Sendable, Hashable, CaseIterable {
    /// The node has just started: nobody has missed anything.
    case started
    /// The log has another epoch: what was known before may be gone.
    case epochChanged = "epoch_changed"
    /// Events are missing that the log does not keep any more.
    case eventsLost = "events_lost"
  }

  private enum State: Sendable {
    /// Not subscribed.
    case away
    /// Subscribed, with nothing missing.
    case live
    /// Waiting for the events after the position.
    case filling
    /// Waiting for the log's newest event.
    case locating(ResyncReason)
  }

  /// How many events are kept at most while an answer is awaited; beyond, all are dropped and filled later.
  package static let maximumKept = 10_000

  private var state = State.away
  /// The newest event that was delivered, or the place from which the feed goes on; nil before the first.
  package private(set) var position: EventID?
  private var kept: [EventBatch] = []
  private var keptEvents = 0
  private var droppedKept = false
  /// Epochs that are over: what still arrives of them is late.
  private var formerEpochs: [String] = []
  /// An epoch of which a signal told while the log's newest event was awaited.
  private var announcedEpoch: String?

  /// A node that has not listened yet.
  /// - Parameter position: from where on it wants events; nil: from the log's newest one
  package init(position: EventID? = nil) {
    self.position = position
  }

  /// The question whose answer is awaited.
  package var pending: Ask? {
    switch state {
    case .away, .live: nil
    case .filling: position.map { .fill(after: $0) }
    case .locating: .newest
    }
  }

  /// Whether the node is subscribed and nothing is missing.
  package var isLive: Bool { if case .live = state { true } else { false } }

  /// The subscription is there (again).
  package mutating func listening() -> Action {
    forgetKept()
    guard let position else { return locate(.started) }
    state = .filling
    return .fill(after: position)
  }

  /// The subscription is lost. An answer that is still under way will be ignored.
  package mutating func disconnected() {
    forgetKept()
    state = .away
  }

  /// The log has that epoch now. It may be one that was over: a replica that lacked the change of epochs took over, or what
  /// Redis held was brought back. So the log is asked, whatever is known of the epoch.
  package mutating func epochBegan(_ epoch: String) -> Action {
    switch state {
    case .away: return .none
    case .locating:
      announcedEpoch = epoch
      return .none
    case .live, .filling:
      guard let position, position.epoch != epoch else { return .none }
      return locate(.epochChanged)
    }
  }

  /// A publication.
  package mutating func receive(_ batch: EventBatch) -> Action {
    switch state {
    case .away: return .none
    case .filling, .locating:
      keep(batch)
      return .none
    case .live:
      kept.append(batch)
      return drain()
    }
  }

  /// The answer to ``Ask/fill(after:)``.
  /// - Parameters:
  ///   - place: the place that was asked for
  ///   - events: the events after it; nil where the log does not keep them
  ///   - isComplete: false where the answer was cut short by its limit
  package mutating func filled(after place: EventID, with events: [LoggedEvent]?, isComplete: Bool) -> Action {
    guard case .filling = state, place == position else { return .none }
    guard let events else { return locate(.eventsLost) }
    if let last = events.last { position = last.id }
    guard isComplete || events.isEmpty else { return Action(events: events, ask: pending) }
    state = .live
    let mayBeBehind = droppedKept || !events.isEmpty
    droppedKept = false
    var action = drain()
    if case .filling = state, !mayBeBehind, action.events.isEmpty, action.resync == nil {
      // The log itself lacks what a publication named as its predecessor: asking again would never end.
      return locate(.eventsLost)
    }
    if action.resync == nil { action.events = events + action.events }
    return action
  }

  /// The answer to ``Ask/newest``.
  package mutating func located(_ newest: EventID) -> Action {
    guard case .locating(var reason) = state else { return .none }
    if let announced = announcedEpoch, announced != newest.epoch, !formerEpochs.contains(announced) {
      announcedEpoch = nil
      return Action(ask: .newest)
    }
    announcedEpoch = nil
    if let position, position.epoch != newest.epoch {
      reason = .epochChanged
    } else if let position, reason == .epochChanged {
      // Whoever published for another epoch was wrong: go on where the feed was.
      kept.removeAll { $0.predecessor.epoch != position.epoch }
      state = .filling
      return .fill(after: position)
    }
    leaveEpoch(for: newest.epoch)
    // Publications of other epochs that were kept before the first of this one are older than it.
    let stale = kept.prefix { $0.predecessor.epoch != newest.epoch }
    for batch in stale { retire(batch.predecessor.epoch) }
    kept.removeFirst(stale.count)
    position = newest
    state = .live
    var action = drain()
    if action.resync == nil { action.resync = Resync(reason: reason, place: newest) }
    return action
  }

  // MARK: Steps

  /// Takes what is kept in its order, up to the first gap; what lies behind one stays kept while it is filled.
  private mutating func drain() -> Action {
    var action = Action.none
    var taken = 0
    while taken < kept.count {
      let batch = kept[taken]
      if formerEpochs.contains(batch.predecessor.epoch) {
        taken += 1
        continue
      }
      guard let place = position else { break }
      guard place.epoch == batch.predecessor.epoch else {
        state = .locating(.epochChanged)
        action.ask = pending
        break
      }
      if batch.predecessor.isAfter(place) {
        state = .filling
        action.ask = pending
        break
      }
      taken += 1
      let fresh = batch.events.drop { !$0.id.isAfter(place) }
      if let last = fresh.last {
        position = last.id
        if action.events.isEmpty, fresh.count == batch.events.count {
          action.events = batch.events
        } else {
          action.events += fresh
        }
      }
    }
    kept.removeFirst(taken)
    keptEvents = kept.reduce(0) { $0 + $1.events.count }
    return action
  }

  private mutating func locate(_ reason: ResyncReason) -> Action {
    state = .locating(reason)
    return Action(ask: .newest)
  }

  private mutating func keep(_ batch: EventBatch) {
    if keptEvents + batch.events.count > FeedState.maximumKept {
      kept = []
      keptEvents = 0
      droppedKept = true
    }
    kept.append(batch)
    keptEvents += batch.events.count
  }

  private mutating func forgetKept() {
    kept = []
    keptEvents = 0
    droppedKept = false
    announcedEpoch = nil
  }

  private mutating func leaveEpoch(for next: String) {
    formerEpochs.removeAll { $0 == next }
    if let position, position.epoch != next { retire(position.epoch) }
  }

  private mutating func retire(_ epoch: String) {
    if !formerEpochs.contains(epoch) { formerEpochs.append(epoch) }
    if formerEpochs.count > 16 { formerEpochs.removeFirst() }
  }
}
