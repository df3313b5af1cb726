import Logging
import NIOCore
import TocsinCore

/// The clients of one event loop: their tail, their audiences, their timers. Belongs to that loop.
final class LoopHub {
  let loop: any EventLoop
  let configuration: StreamConfiguration
  let backend: any HubBackend
  let metrics: HubMetrics
  let logger: Logger
  /// What time it is for people.
  let wallClock: @Sendable () -> Timestamp
  private let clientCountChanged: @Sendable (EventFormat, Int) -> Void

  /// The newest events.
  private(set) var tail: EventTail
  private var audiences = AudienceIndex()
  private(set) var subscribers: ContiguousArray<Subscriber> = []
  private var ticking: Scheduled<Void>?
  private var tickPhase = 0
  /// Whether the node shuts down.
  private(set) var isDraining = false
  private var drained: [EventLoopPromise<Void>] = []
  var sweep = Sweep()

  /// How often each subscriber is asked what time means to it: once in so many ticks.
  private static let tickPhases = 4
  private static let tick = TimeAmount.milliseconds(250)
  private static let drainStep = TimeAmount.milliseconds(50)

  /// The hub of that loop, without clients.
  init(
    loop: any EventLoop, configuration: StreamConfiguration, backend: any HubBackend, metrics: HubMetrics,
    logger: Logger, wallClock: @escaping @Sendable () -> Timestamp,
    clientCountChanged: @escaping @Sendable (EventFormat, Int) -> Void
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
    for subscriber in subscribers { subscriber.streamBeganAnew(at: marker) }
    runSweep()
  }

  private func pass(_ event: EncodedEvent, number: UInt64) {
    audiences.forEachAudience(of: event) { audience in
      audience.log.append(event, number: number)
      enqueue(audience)
    }
  }

  // MARK: Subscribers

  /// A connection began.
  func add(_ subscriber: Subscriber) {
    subscriber.slot = subscribers.count
    subscribers.append(subscriber)
    if let format = subscriber.transport?.format { clientCountChanged(format, 1) }
    if ticking == nil { scheduleTick() }
  }

  /// A connection ended.
  func remove(_ subscriber: Subscriber, of format: EventFormat) {
    let last = subscribers.removeLast()
    if last !== subscriber {
      subscribers[subscriber.slot] = last
      last.slot = subscriber.slot
    }
    clientCountChanged(format, -1)
    guard subscribers.isEmpty else { return }
    ticking?.cancel()
    ticking = nil
    for promise in drained { promise.succeed() }
    drained = []
  }

  /// A client gets the live stream from the end of the tail on.
  func join(_ subscriber: Subscriber, as format: EventFormat) -> Audience {
    let audience = audiences.audience(
      for: Audience.Key(tenant: subscriber.tenant, subscriptions: subscriber.subscriptions, format: format))
    subscriber.position = tail.end
    audience.add(subscriber)
    return audience
  }

  /// A client with an audience of its own gets something else from the end of the tail on.
  /// - Parameter change: changes the client's own subscriptions; it holds the only copy meanwhile
  func change(_ subscriber: Subscriber, _ audience: Audience, _ change: () -> Subscriptions.Difference) {
    var difference = Subscriptions.Difference()
    audience.replaceSubscriptions {
      difference = change()
      return subscriber.subscriptions
    }
    audiences.update(audience, difference)
    subscriber.position = tail.end
  }

  /// How many names of campaigns the index of audiences has entered and removed.
  var indexWork: Int { audiences.work }

  /// A client no longer gets the live stream.
  func leave(_ subscriber: Subscriber, _ audience: Audience) {
    audience.remove(subscriber)
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
    while slot < subscribers.count {
      subscribers[slot].transport?.timePassed(now)
      slot += LoopHub.tickPhases
    }
  }

  // MARK: Shutdown

  /// Closes all clients, spread over that time.
  /// - Returns: when the last one is gone
  func drain(over time: TimeAmount) -> EventLoopFuture<Void> {
    isDraining = true
    guard !subscribers.isEmpty else { return loop.makeSucceededVoidFuture() }
    let promise = loop.makePromise(of: Void.self)
    drained.append(promise)
    let open = Array(subscribers)
    let began = loop.now
    closeSome(of: open, count: open.count, began: began, time: time)
    return promise.futureResult
  }

  /// Closes as many as it takes for those left to be in proportion to the time left.
  private func closeSome(of open: [Subscriber], count: Int, began: NIODeadline, time: TimeAmount) {
    var open = open
    let left = began + time - loop.now
    let share = time.nanoseconds > 0 ? Double(left.nanoseconds) / Double(time.nanoseconds) : 0
    while Double(open.count) > Double(count) * share, let subscriber = open.popLast() { subscriber.close(.draining) }
    guard !open.isEmpty else { return }
    loop.assumeIsolated().scheduleTask(in: LoopHub.drainStep) {
      self.closeSome(of: open, count: count, began: began, time: time)
    }
  }
}
