import TocsinCore

/// Which deliveries of a node are sent now, which wait, and which it lets go of.
///
/// Each target has a queue of its own (``TargetQueue``): one that does not answer delays no other. What a queue cannot send
/// soon goes back to the store.
struct DispatchStateMachine {
  /// A leased delivery, and until when this node may count on its lease.
  struct Item: Sendable, Equatable {
    var leased: LeasedDelivery
    var leaseEnds: ContinuousClock.Instant
    var acceptedAt: ContinuousClock.Instant

    var id: DeliveryID { leased.planned.id }
    var target: TargetName { leased.planned.target }

    /// How long ago it was committed, or replayed.
    func age(at now: ContinuousClock.Instant) -> Duration {
      .milliseconds(leased.ageMilliseconds) + (now - acceptedAt)
    }
  }

  /// What the shell has to do.
  enum Action: Sendable, Equatable {
    /// Make an attempt.
    case send(Item)
    /// Give the rows back, not to be taken before that time.
    case release([Item], after: Duration)
    /// Stop attempts: their leases are about to end, or are somebody else's.
    case abort([DeliveryID])
  }

  /// How many deliveries may wait for one target, for each attempt that may be under way.
  private let queueFactor: Int
  /// A lease that ends earlier than that is not enough to begin an attempt, or to go on with one.
  private let leaseReserve: Duration
  private let breaker: CircuitBreaker
  private var queues: [TargetName: TargetQueue] = [:]
  private var isClosed = false

  init(queueFactor: Int = 4, leaseReserve: Duration, breaker: CircuitBreaker = CircuitBreaker()) {
    self.queueFactor = queueFactor
    self.leaseReserve = leaseReserve
    self.breaker = breaker
  }

  /// How many attempts to one target of a receiver may be under way at once.
  typealias Concurrency = (_ receiver: String) -> Int

  /// Deliveries whose lease this node holds now.
  mutating func accept(
    _ items: [Item], concurrency: Concurrency, now: ContinuousClock.Instant
  ) -> [Action] {
    guard !isClosed else { return items.isEmpty ? [] : [.release(items, after: .zero)] }
    var overflow: [Item] = []
    var touched: Set<TargetName> = []
    let empty = TargetQueue(breaker: breaker)
    for item in items {
      let limit = capacity(of: item.target, concurrency)
      let isAccepted = { (queue: inout TargetQueue) in
        let isKnown =
          queue.running[item.id] != nil || queue.settling.contains(item.id)
          || queue.waiting.contains { $0.id == item.id }
        if isKnown { return true }
        if queue.waiting.count + queue.running.count >= limit { return false }
        queue.waiting.append(item)
        return true
      }(&queues[item.target, default: empty])
      if isAccepted { touched.insert(item.target) } else { overflow.append(item) }
    }
    let actions = advance(touched, concurrency: concurrency, now: now)
    return overflow.isEmpty ? actions : actions + [.release(overflow, after: .seconds(5))]
  }

  /// Whether an attempt that was to be made may still begin: its lease may have ended on the way.
  func mayBegin(_ item: Item, now: ContinuousClock.Instant) -> Bool {
    guard let running = queues[item.target]?.running[item.id] else { return false }
    return running.leaseEnds >= now + leaseReserve
  }

  /// An attempt has ended. Its lease is renewed until it is ``written(_:to:)``.
  /// - Returns: whether this node still held the delivery, and what follows
  mutating func finished(
    _ id: DeliveryID, to target: TargetName, outcome: DeliveryOutcome, concurrency: Concurrency,
    now: ContinuousClock.Instant
  ) -> (isHeld: Bool, actions: [Action]) {
    let item = queues[target]?.running.removeValue(forKey: id)
    if let item {
      queues[target]?.settling.insert(id)
      switch outcome {
      case .delivered, .permanent, .gone: queues[target]?.breaker.succeeded()
      case .retryable(let failure, _) where !failure.progress.isEmpty: queues[target]?.breaker.succeeded()
      // The rest of what has arrived in part: one person who cannot be reached for days says nothing of the others.
      case .retryable where !item.leased.progress.isEmpty: queues[target]?.breaker.abandoned(now: now)
      case .retryable: queues[target]?.breaker.failed(now: now)
      }
    }
    let isHeld = item != nil
    return (isHeld, advance([target], concurrency: concurrency, now: now))
  }

  /// What came of an attempt is written down.
  mutating func written(_ id: DeliveryID, to target: TargetName) {
    queues[target]?.settling.remove(id)
  }

  /// The deliveries whose leases have to be renewed.
  var held: [DeliveryID] {
    queues.values.flatMap { $0.waiting.map(\.id) + Array($0.running.keys) + Array($0.settling) }
  }

  /// Leases were renewed: those of `held`, of all that were asked for. The others belong to somebody else now, or are
  /// final.
  mutating func renewed(
    _ held: Set<DeliveryID>, of asked: [DeliveryID], until leaseEnds: ContinuousClock.Instant,
    concurrency: Concurrency, now: ContinuousClock.Instant
  ) -> [Action] {
    let lost = Set(asked).subtracting(held)
    var aborted: [DeliveryID] = []
    let empty = TargetQueue(breaker: breaker)
    for target in queues.keys {
      aborted += { (queue: inout TargetQueue) in
        queue.waiting.removeAll { lost.contains($0.id) }
        for index in queue.waiting.indices where held.contains(queue.waiting[index].id) {
          queue.waiting[index].leaseEnds = leaseEnds
        }
        for id in queue.running.keys where held.contains(id) { queue.running[id]?.leaseEnds = leaseEnds }
        return queue.stop(now: now) { lost.contains($0.id) }
      }(&queues[target, default: empty])
    }
    return abort(aborted) + advance(Set(queues.keys), concurrency: concurrency, now: now)
  }

  /// Forgets everything whose lease was not renewed and is about to be somebody else's.
  mutating func lapse(concurrency: Concurrency, now: ContinuousClock.Instant) -> [Action] {
    let needed = now + leaseReserve
    var aborted: [DeliveryID] = []
    for target in queues.keys {
      aborted += queues[target]?.stop(now: now) { $0.leaseEnds < needed } ?? []
    }
    return abort(aborted) + advance(Set(queues.keys), concurrency: concurrency, now: now)
  }

  /// The node stops: nothing more is begun.
  mutating func close() -> [Action] {
    isClosed = true
    let waiting = queues.values.flatMap(\.waiting).sorted { $0.id < $1.id }
    for target in queues.keys { queues[target]?.waiting = [] }
    return waiting.isEmpty ? [] : [.release(waiting, after: .zero)]
  }

  /// How many more deliveries to a target can be sent soon: none while its breaker is open, one to see whether it answers
  /// again.
  func room(of target: TargetName, concurrency: Concurrency, now: ContinuousClock.Instant) -> Int {
    let capacity = capacity(of: target, concurrency)
    guard let queue = queues[target] else { return capacity }
    switch queue.breaker.position(now: now) {
    case .closed: return max(0, capacity - queue.waiting.count - queue.running.count)
    case .halfOpen: return queue.waiting.isEmpty && queue.breaker.isAdmitting(at: now) ? 1 : 0
    case .open: return 0
    }
  }

  /// Whether a target's breaker is closed.
  func answers(_ target: TargetName, now: ContinuousClock.Instant) -> Bool {
    (queues[target]?.breaker.position(now: now) ?? .closed) == .closed
  }

  /// How many deliveries to a target may wait or be under way.
  private func capacity(of target: TargetName, _ concurrency: Concurrency) -> Int {
    concurrency(target.receiver) * (queueFactor + 1)
  }

  /// Drops the queues of targets that are not there any more, once nothing is left in them.
  mutating func keep(where isThere: (TargetName) -> Bool) {
    for (target, queue) in queues
    where !isThere(target) && queue.waiting.isEmpty && queue.running.isEmpty && queue.settling.isEmpty {
      queues[target] = nil
    }
  }

  /// How many deliveries wait, are under way, or are being written down.
  var count: Int { queues.values.reduce(0) { $0 + $1.waiting.count + $1.running.count + $1.settling.count } }

  /// For metrics: the worst breaker of each receiver's targets.
  func breakers(now: ContinuousClock.Instant) -> [String: CircuitBreaker.Position] {
    var worst: [String: CircuitBreaker.Position] = [:]
    for (target, queue) in queues {
      let position = queue.breaker.position(now: now)
      if position.rawValue >= (worst[target.receiver] ?? .closed).rawValue { worst[target.receiver] = position }
    }
    return worst
  }

  private mutating func advance(
    _ targets: Set<TargetName>, concurrency: Concurrency, now: ContinuousClock.Instant
  ) -> [Action] {
    let needed = now + leaseReserve
    return targets.sorted().flatMap { target in
      queues[target]?.advance(concurrency: concurrency(target.receiver), needed: needed, now: now) ?? []
    }
  }

  private func abort(_ ids: [DeliveryID]) -> [Action] {
    ids.isEmpty ? [] : [.abort(ids.sorted())]
  }
}
