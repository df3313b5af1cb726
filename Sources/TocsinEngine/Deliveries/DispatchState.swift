import TocsinCore

/// Which deliveries of a node are sent now, which wait, and which it lets go of.
///
/// Each target has a lane of its own, with a limit of attempts under way and a circuit breaker: one that does not answer
/// delays no other. What a lane cannot send soon goes back to the store.
struct DispatchState {
  /// A leased delivery, and until when this node may count on its lease.
  struct Item: Sendable, Equatable {
    var leased: LeasedDelivery
    var leaseEnds: ContinuousClock.Instant
    var acceptedAt: ContinuousClock.Instant

    var id: DeliveryID { leased.planned.id }
  }

  /// What the shell has to do.
  enum Action: Sendable, Equatable {
    /// Make an attempt.
    case send(Item)
    /// Give the rows back, not to be taken before that time.
    case release([DeliveryID], after: Duration)
    /// Stop attempts: their leases are about to end.
    case abort([DeliveryID])
  }

  private struct Lane {
    var queue: [Item] = []
    var running: [DeliveryID: Item] = [:]
    var breaker: CircuitBreaker
  }

  /// How many deliveries may wait for one target.
  let queueLimit: Int
  /// A lease that ends earlier than that is not enough to begin an attempt, or to go on with one.
  let leaseReserve: Duration
  private let breaker: CircuitBreaker
  private var lanes: [TargetName: Lane] = [:]
  private var isClosed = false

  init(queueLimit: Int = 1000, leaseReserve: Duration, breaker: CircuitBreaker = CircuitBreaker()) {
    self.queueLimit = queueLimit
    self.leaseReserve = leaseReserve
    self.breaker = breaker
  }

  /// Deliveries whose lease this node holds now.
  /// - Parameter concurrency: how many attempts to one target of a receiver may be under way at once
  mutating func accept(
    _ items: [Item], concurrency: (String) -> Int, now: ContinuousClock.Instant
  ) -> [Action] {
    guard !isClosed else { return items.isEmpty ? [] : [.release(items.map(\.id), after: .zero)] }
    var actions: [Action] = []
    var overflow: [DeliveryID] = []
    var touched: Set<TargetName> = []
    for item in items {
      let target = item.leased.planned.target
      var lane = lanes[target] ?? Lane(breaker: breaker)
      let isKnown = lane.running[item.id] != nil || lane.queue.contains { $0.id == item.id }
      if isKnown { continue }
      if lane.queue.count >= queueLimit {
        overflow.append(item.id)
      } else {
        lane.queue.append(item)
        touched.insert(target)
      }
      lanes[target] = lane
    }
    if !overflow.isEmpty { actions.append(.release(overflow, after: .seconds(5))) }
    for target in touched.sorted() { actions += advance(target, concurrency: concurrency(target.receiver), now: now) }
    return actions
  }

  /// An attempt has ended.
  /// - Returns: nil where this node does not hold the delivery any more
  mutating func finished(
    _ id: DeliveryID, to target: TargetName, outcome: DeliveryOutcome, concurrency: Int, now: ContinuousClock.Instant
  ) -> [Action]? {
    guard lanes[target]?.running.removeValue(forKey: id) != nil else { return nil }
    switch outcome {
    case .delivered, .permanent, .gone: lanes[target]?.breaker.succeeded()
    case .retryable: lanes[target]?.breaker.failed(now: now)
    }
    return advance(target, concurrency: concurrency, now: now)
  }

  /// The deliveries whose leases have to be renewed.
  var held: [DeliveryID] {
    lanes.values.flatMap { $0.queue.map(\.id) + Array($0.running.keys) }
  }

  /// Leases were renewed: those of `held`, of all that were asked for. The others belong to somebody else now, or are
  /// final.
  mutating func renewed(
    _ held: Set<DeliveryID>, of asked: [DeliveryID], until leaseEnds: ContinuousClock.Instant
  ) -> [Action] {
    let lost = Set(asked).subtracting(held)
    var aborted: [DeliveryID] = []
    for (target, lane) in lanes {
      var lane = lane
      lane.queue.removeAll { lost.contains($0.id) }
      for index in lane.queue.indices where held.contains(lane.queue[index].id) {
        lane.queue[index].leaseEnds = leaseEnds
      }
      for id in lane.running.keys {
        if held.contains(id) { lane.running[id]?.leaseEnds = leaseEnds }
        if lost.contains(id) {
          lane.running[id] = nil
          aborted.append(id)
        }
      }
      lanes[target] = lane
    }
    return aborted.isEmpty ? [] : [.abort(aborted.sorted())]
  }

  /// Forgets everything whose lease was not renewed and is about to be somebody else's.
  mutating func lapse(now: ContinuousClock.Instant) -> [Action] {
    let needed = now + leaseReserve
    var aborted: [DeliveryID] = []
    for (target, lane) in lanes {
      var lane = lane
      lane.queue.removeAll { $0.leaseEnds < needed }
      for (id, item) in lane.running where item.leaseEnds < needed {
        lane.running[id] = nil
        lane.breaker.abandoned(now: now)
        aborted.append(id)
      }
      lanes[target] = lane
    }
    return aborted.isEmpty ? [] : [.abort(aborted.sorted())]
  }

  /// The node stops: nothing more is begun.
  mutating func close() -> [Action] {
    isClosed = true
    let waiting = lanes.values.flatMap { $0.queue.map(\.id) }.sorted()
    for target in lanes.keys { lanes[target]?.queue = [] }
    return waiting.isEmpty ? [] : [.release(waiting, after: .zero)]
  }

  /// How many deliveries wait or are under way.
  var count: Int { lanes.values.reduce(0) { $0 + $1.queue.count + $1.running.count } }

  /// For metrics: the worst breaker of each receiver's targets.
  func breakers(now: ContinuousClock.Instant) -> [String: CircuitBreaker.Position] {
    var worst: [String: CircuitBreaker.Position] = [:]
    for (target, lane) in lanes {
      let position = lane.breaker.position(now: now)
      if position.rawValue >= (worst[target.receiver] ?? .closed).rawValue { worst[target.receiver] = position }
    }
    return worst
  }

  /// Begins what may begin, and gives back what an open breaker keeps from beginning.
  private mutating func advance(
    _ target: TargetName, concurrency: Int, now: ContinuousClock.Instant
  ) -> [Action] {
    guard var lane = lanes[target] else { return [] }
    defer { lanes[target] = lane }
    var actions: [Action] = []
    var begun = 0
    while begun < lane.queue.count, lane.running.count < concurrency {
      let item = lane.queue[begun]
      guard item.leaseEnds >= now + leaseReserve else {
        // It was not renewed in time, and is about to be somebody else's.
        lane.queue.remove(at: begun)
        continue
      }
      switch lane.breaker.admit(now: now) {
      case .admitted:
        lane.running[item.id] = item
        actions.append(.send(item))
        begun += 1
      case .refused(let until):
        let waiting = lane.queue[begun...].map(\.id)
        lane.queue = []
        return actions + [.release(waiting, after: until - now)]
      }
    }
    lane.queue.removeFirst(begun)
    return actions
  }
}
