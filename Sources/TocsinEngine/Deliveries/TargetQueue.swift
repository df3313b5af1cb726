import TocsinCore

/// What a node holds for one target: what waits, what is under way, what is being written down. It limits the attempts
/// under way and keeps them away, by a circuit breaker, while the target does not answer.
struct TargetQueue {
  typealias Item = DispatchStateMachine.Item
  typealias Action = DispatchStateMachine.Action

  var waiting: [Item] = []
  var running: [DeliveryID: Item] = [:]
  /// Ended, but not written down yet: the lease has to last until then.
  var settling: Set<DeliveryID> = []
  var breaker: CircuitBreaker

  /// Takes attempts out that have to be stopped.
  mutating func stop(now: ContinuousClock.Instant, where mustStop: (Item) -> Bool) -> [DeliveryID] {
    let stopped = running.values.filter(mustStop).map(\.id)
    for id in stopped { running[id] = nil }
    if !stopped.isEmpty { breaker.abandoned(now: now) }
    return stopped
  }

  /// Begins what may begin, and gives back what an open breaker keeps from beginning.
  mutating func advance(
    concurrency: Int, needed: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) -> [Action] {
    // What was not renewed in time is about to be somebody else's.
    waiting.removeAll { $0.leaseEnds < needed }
    var actions: [Action] = []
    var begun = 0
    defer { waiting.removeFirst(begun) }
    while begun < waiting.count, running.count < concurrency {
      switch breaker.admit(now: now) {
      case .admitted:
        running[waiting[begun].id] = waiting[begun]
        actions.append(.send(waiting[begun]))
        begun += 1
      case .refused(let until):
        let refused = Array(waiting[begun...])
        waiting.removeSubrange(begun...)
        return actions + [.release(refused, after: until - now)]
      }
    }
    return actions
  }
}
