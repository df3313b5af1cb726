import NIOCore
import TocsinCore
import TocsinEngine
import TocsinMetrics

extension Subscriber {
  /// How many events a step of a replay passes at most.
  private static let stepEvents = 64

  /// Says `connected`; the stream goes on from that place.
  func welcome(at place: EventID) {
    record = SentRecord(from: place)
    transport?.send(.connected(client: clientID, position: place, at: hub.wallClock()))
    if let complaint { transport?.send(.error(complaint)) }
    complaint = nil
    transport?.opened()
  }

  /// Replays what follows that place and was not sent, then goes on live.
  func resume(after text: String) {
    catchUpCompletely()
    // Leaving the stream and coming back takes every campaign out of the index and puts it in again.
    if audience != nil { transport?.spend(MessageBudget.copyCost(of: subscriptions)) }
    leaveStream()
    guard let newest = hub.tail.newest else { return close(.notReady) }
    // A text that is no place at all is treated like one of a log that is gone.
    var place = EventID(text) ?? EventID(epoch: "", milliseconds: 0, sequence: 0)
    if record != nil {
      record?.split(at: newest, subscriptions: subscriptions)
      place = record?.firstGap(after: place, subscriptions: subscriptions) ?? place
    }
    let replay = Replay(after: place, in: hub.tail, now: hub.loop.now, configuration: hub.configuration)
    self.replay = replay
    if replay.isConfirmed { confirm(replay) }
    hub.enqueue(replayOf: self)
  }

  /// What follows the replay's start can be had.
  private func confirm(_ replay: Replay) {
    if record == nil { welcome(at: replay.start) } else { record?.goOn(from: replay.start) }
  }

  /// Takes the next step of the replay, if the socket takes it.
  /// - Returns: whether another step can be taken at once
  func replayStep() -> Bool {
    guard isWritable, replay != nil else { return false }
    guard let step = replay?.next(in: hub.tail, limit: Subscriber.stepEvents, now: hub.loop.now) else {
      return false
    }
    return perform(step)
  }

  private func perform(_ step: Replay.Step) -> Bool {
    switch step {
    case .pass(let events):
      pass(events)
      return true
    case .fetch(let place):
      fetch(place)
      return false
    case .wait:
      hub.awaitEvents(self)
      return false
    case .finished:
      finishReplay()
      return false
    case .lost(let reason):
      loseReplay(reason)
      return replay != nil
    case .broken:
      close(.replayBroken)
      return false
    }
  }

  private func pass(_ events: [EncodedEvent]) {
    guard let transport else { return }
    let cost = MessageBudget.cost(ofEvents: events.count, spans: record?.count ?? 0)
    if cost > 0 { transport.spend(cost) }
    var sent = 0
    for event in events where event.matches(subscriptions, tenant: tenant) {
      if let record, record.contains(event.id, where: { event.matches($0, tenant: tenant) }) { continue }
      // The storage is shared: a slow client costs no copy of what it has to wait for.
      transport.write(event.bytes(in: transport.format))
      sent += 1
    }
    guard sent > 0 else { return }
    transport.flush()
    hub.count(sent: sent, as: transport.format)
  }

  private var format: EventFormat { transport?.format ?? .webSocket }

  private func fetch(_ place: EventID) {
    let bound = NIOLoopBound(self, eventLoop: hub.loop)
    hub.backend.page(after: place) { page in
      bound.eventLoop.execute { bound.value.arrived(page, after: place) }
    }
  }

  private func arrived(_ page: HistoryPage, after place: EventID) {
    guard var replay else { return }
    let wasConfirmed = replay.isConfirmed
    let step = replay.arrived(page, after: place)
    self.replay = replay
    if replay.isConfirmed, !wasConfirmed { confirm(replay) }
    switch step {
    case .lost, .broken: if perform(step) { hub.enqueue(replayOf: self) }
    default: hub.enqueue(replayOf: self)
    }
  }

  private func finishReplay() {
    guard let replay, let newest = hub.tail.newest else { return }
    transport?.replayEnded()
    goLive()
    guard replay.isAnnounced else { return }
    hub.metrics(of: format).recovered.increment()
    transport?.send(.resumed(recovered: true, position: newest))
  }

  /// Nothing was replayed: a new connection goes on live, an older one from where it was.
  private func loseReplay(_ reason: String) {
    guard let replay, let newest = hub.tail.newest else { return }
    hub.metrics(of: format).lost.increment()
    if record == nil {
      welcome(at: newest)
      tellLoss(reason, newest)
      transport?.replayEnded()
      return goLive()
    }
    guard let place = hub.tail.place(before: replay.fallback) else { return close(.replayBroken) }
    record?.goOn(from: place)
    tellLoss(reason, place)
    transport?.replayEnded()
    self.replay?.fallBack()
  }

  private func tellLoss(_ reason: String, _ place: EventID) {
    transport?.send(.resync(reason: reason, position: place))
    transport?.send(.resumed(recovered: false, position: place))
  }

  /// What was before is unknown to everyone: a replay ends here, the live stream has the marker.
  func streamBeganAnew(at marker: EncodedEvent) {
    guard let transport, transport.isAlive else { return }
    guard let replay else {
      record = SentRecord(from: marker.id)
      return
    }
    if record == nil { welcome(at: marker.id) } else { record = SentRecord(from: marker.id) }
    transport.write(marker.bytes(in: transport.format))
    transport.flush()
    if replay.isAnnounced {
      hub.metrics(of: format).lost.increment()
      transport.send(.resumed(recovered: false, position: marker.id))
    }
    transport.replayEnded()
    goLive()
  }
}
