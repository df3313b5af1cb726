import Logging
import NIOCore
import TocsinCore

/// The clients of one event loop: their tail, their audiences, their timers. Belongs to that loop.
final class LoopHub {
  let loop: any EventLoop
  let configuration: WebSocketConfiguration
  let backend: any HubBackend
  let metrics: HubMetrics
  let logger: Logger
  /// What time it is for people.
  let wallClock: @Sendable () -> Timestamp
  private let clientCountChanged: @Sendable (Int) -> Void

  /// The newest events.
  private(set) var tail: EventTail
  private var audiences = AudienceIndex()
  private(set) var sessions: ContiguousArray<SessionHandler> = []
  private var ticking: Scheduled<Void>?
  private var tickPhase = 0
  /// Whether the node shuts down.
  private(set) var isDraining = false
  private var drained: [EventLoopPromise<Void>] = []
  var sweep = Sweep()

  /// How often each session is asked what time means to it: once in so many ticks.
  private static let tickPhases = 4
  private static let tick = TimeAmount.milliseconds(250)
  private static let drainStep = TimeAmount.milliseconds(50)

  /// The hub of that loop, without clients.
  init(
    loop: any EventLoop, configuration: WebSocketConfiguration, backend: any HubBackend, metrics: HubMetrics,
    logger: Logger, wallClock: @escaping @Sendable () -> Timestamp,
    clientCountChanged: @escaping @Sendable (Int) -> Void
  ) {
    self.loop = loop
    self.configuration = configuration
    self.backend = backend
    self.metrics = metrics
    self.logger = logger
    self.wallClock = wallClock
    self.clientCountChanged = clientCountChanged
    tail = EventTail(limit: configuration.tailBytes)
  }

  // MARK: Events

  /// These events come next.
  func append(_ events: [EncodedEvent]) {
    for event in events { pass(event, number: tail.append(event)) }
    runSweep()
  }

  /// Nothing is known of what happened before; the stream goes on from the marker's place.
  func resync(_ marker: EncodedEvent) {
    let number = tail.restart(at: marker.id)
    pass(marker, number: number)
    for session in sessions { session.streamBeganAnew(at: marker) }
    runSweep()
  }

  private func pass(_ event: EncodedEvent, number: UInt64) {
    audiences.forEachAudience(of: event) { audience in
      audience.log.append(event, number: number)
      enqueue(audience)
    }
  }

  // MARK: Sessions

  /// A connection began.
  func add(_ session: SessionHandler) {
    session.slot = sessions.count
    sessions.append(session)
    clientCountChanged(1)
    if ticking == nil { scheduleTick() }
  }

  /// A connection ended.
  func remove(_ session: SessionHandler) {
    let last = sessions.removeLast()
    if last !== session {
      sessions[session.slot] = last
      last.slot = session.slot
    }
    clientCountChanged(-1)
    guard sessions.isEmpty else { return }
    ticking?.cancel()
    ticking = nil
    for promise in drained { promise.succeed() }
    drained = []
  }

  /// A client gets the live stream from the end of the tail on.
  func join(_ session: SessionHandler) -> Audience {
    let audience = audiences.audience(
      for: Audience.Key(tenant: session.tenant, subscriptions: session.subscriptions))
    session.position = tail.end
    audience.add(session)
    return audience
  }

  /// A client with an audience of its own gets something else from the end of the tail on.
  /// - Parameter change: changes the client's own subscriptions; it holds the only copy meanwhile
  func change(_ session: SessionHandler, _ audience: Audience, _ change: () -> Subscriptions.Difference) {
    var difference = Subscriptions.Difference()
    audience.replaceSubscriptions {
      difference = change()
      return session.subscriptions
    }
    audiences.update(audience, difference)
    session.position = tail.end
  }

  /// How many names of campaigns the index of audiences has entered and removed.
  var indexWork: Int { audiences.work }

  /// A client no longer gets the live stream.
  func leave(_ session: SessionHandler, _ audience: Audience) {
    audience.remove(session)
    if audience.members.isEmpty { audiences.remove(audience) }
  }

  private func scheduleTick() {
    ticking = loop.assumeIsolated().scheduleTask(in: LoopHub.tick) { self.timePassed() }
  }

  private func timePassed() {
    scheduleTick()
    let now = loop.now
    tickPhase = (tickPhase + 1) % LoopHub.tickPhases
    var slot = tickPhase
    while slot < sessions.count {
      sessions[slot].timePassed(now)
      slot += LoopHub.tickPhases
    }
  }

  // MARK: Shutdown

  /// Closes all clients, spread over that time.
  /// - Returns: when the last one is gone
  func drain(over time: TimeAmount) -> EventLoopFuture<Void> {
    isDraining = true
    guard !sessions.isEmpty else { return loop.makeSucceededVoidFuture() }
    let promise = loop.makePromise(of: Void.self)
    drained.append(promise)
    let open = Array(sessions)
    let began = loop.now
    closeSome(of: open, count: open.count, began: began, time: time)
    return promise.futureResult
  }

  /// Closes as many as it takes for those left to be in proportion to the time left.
  private func closeSome(of open: [SessionHandler], count: Int, began: NIODeadline, time: TimeAmount) {
    var open = open
    let left = began + time - loop.now
    let share = time.nanoseconds > 0 ? Double(left.nanoseconds) / Double(time.nanoseconds) : 0
    while Double(open.count) > Double(count) * share, let session = open.popLast() { session.close(.draining) }
    guard !open.isEmpty else { return }
    loop.assumeIsolated().scheduleTask(in: LoopHub.drainStep) {
      self.closeSome(of: open, count: count, began: began, time: time)
    }
  }
}
