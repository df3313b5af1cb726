import NIOCore
import TocsinEngine
import TocsinMetrics

/// What is to be written to the clients of a loop, and when.
struct Sweep {
  fileprivate var audiences = CircularBuffer<Audience>()
  fileprivate var replays = CircularBuffer<Subscriber>()
  fileprivate var awaitingEvents: [Subscriber] = []
  fileprivate var isRunning = false
  fileprivate var began: NIODeadline?
  fileprivate var eventsSent = EventFormat.allCases.map { _ in 0 }
}

/// A sweep goes over the clients in chunks and lets the loop's sockets have their turn in between: a timer does that,
/// a mere `execute` does not, since a loop empties its queue before it looks at its sockets.
extension LoopHub {
  private enum Limits {
    /// How many clients are written to in one chunk.
    static let clients = 64
    /// A client that needs nothing costs a fraction of one that is written to.
    static let visitsPerClient = 16
    /// What a step of a replay costs, in clients.
    static let replayCost = 16
    /// The pause between chunks.
    static let pause = TimeAmount.microseconds(50)
  }

  /// How many bytes a client gets in one write, unless one event alone has more.
  static let sliceBytes = 128 * 1024

  /// The members of an audience may lack something.
  func enqueue(_ audience: Audience) {
    guard !audience.isQueued, !audience.members.isEmpty else { return }
    audience.isQueued = true
    sweep.audiences.append(audience)
    if sweep.began == nil { sweep.began = loop.now }
  }

  /// A client's replay can go on.
  func enqueue(replayOf subscriber: Subscriber) {
    guard !subscriber.isReplayQueued else { return }
    subscriber.isReplayQueued = true
    sweep.replays.append(subscriber)
    guard !sweep.isRunning else { return }
    sweep.isRunning = true
    loop.assumeIsolated().execute { self.runChunk() }
  }

  /// A client's replay goes on with the next event.
  func awaitEvents(_ subscriber: Subscriber) {
    guard !subscriber.awaitsEvents else { return }
    subscriber.awaitsEvents = true
    sweep.awaitingEvents.append(subscriber)
  }

  /// Writes to everyone who lacks something, beginning now.
  func runSweep() {
    for subscriber in sweep.awaitingEvents {
      subscriber.awaitsEvents = false
      enqueue(replayOf: subscriber)
    }
    sweep.awaitingEvents = []
    guard !sweep.isRunning, !sweep.audiences.isEmpty else { return }
    sweep.isRunning = true
    runChunk()
  }

  private func runChunk() {
    var budget = Limits.clients * Limits.visitsPerClient
    while budget > 0, !(sweep.audiences.isEmpty && sweep.replays.isEmpty) {
      if let subscriber = sweep.replays.popFirst() {
        subscriber.isReplayQueued = false
        if subscriber.replayStep() { enqueue(replayOf: subscriber) }
        budget -= Limits.replayCost * Limits.visitsPerClient
      }
      if let audience = sweep.audiences.first { visitMembers(of: audience, budget: &budget) }
    }
    for format in EventFormat.allCases where sweep.eventsSent[format.rawValue] > 0 {
      metrics(of: format).events.increment(by: sweep.eventsSent[format.rawValue])
      sweep.eventsSent[format.rawValue] = 0
    }
    if sweep.audiences.isEmpty, let began = sweep.began {
      sweep.began = nil
      metrics.sweep.observe(Duration.nanoseconds((loop.now - began).nanoseconds))
    }
    guard sweep.audiences.isEmpty, sweep.replays.isEmpty else {
      loop.assumeIsolated().scheduleTask(in: Limits.pause) { self.runChunk() }
      return
    }
    sweep.isRunning = false
  }

  private func visitMembers(of audience: Audience, budget: inout Int) {
    while budget > 0 {
      guard let member = audience.nextMember() else {
        sweep.audiences.removeFirst()
        audience.isQueued = false
        if audience.finishPass() { enqueue(audience) }
        return
      }
      let sent = member.catchUp(with: audience)
      if sent > 0 { count(sent: sent, as: audience.key.format) }
      audience.visited(at: member.position, wantsMore: member.lacksEvents && member.isWritable)
      budget -= sent > 0 ? Limits.visitsPerClient : 1
    }
  }

  /// The instruments of the clients that get that format.
  func metrics(of format: EventFormat) -> TransportMetrics { metrics.transports[format] ?? metrics.webSocket }

  /// Events were written.
  func count(sent: Int, as format: EventFormat) {
    sweep.eventsSent[format.rawValue] += sent
  }
}
