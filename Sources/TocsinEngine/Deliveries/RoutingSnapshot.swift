import TocsinCore

/// Who gets which alerts, and how patiently, at one moment. What follows from an attempt is decided here.
struct RoutingSnapshot: Sendable {
  var table = RoutingTable()
  /// When failed deliveries are tried again and given up.
  var retry = RetryPolicy()
  /// Targets that earlier tables had and this one has not.
  var former: Set<TargetName> = []

  /// What took the place of a target that this node has had and has not any more. Nothing for one that it has never had:
  /// another node may have read a newer configuration.
  func replacement(of target: DeliveryTarget) -> RoutingTable.Target? {
    guard former.contains(target.name) else { return nil }
    return table.replacement(of: target.name, channel: target.channel)
  }

  /// After how long of failing the fallbacks of a delivery are notified, too; nil for never, or where there are none.
  func fallbacksNotifiedAfter(_ planned: PlannedDelivery) -> Duration? {
    planned.cause.tellsOfFiring ? table.receivers[planned.target.receiver]?.fallbacksNotifiedAfter : nil
  }

  /// A waiting time that does not pass over the moment at which the fallbacks are to be notified.
  func capped(_ wait: Duration, _ planned: PlannedDelivery, age: Duration) -> Duration {
    guard let notified = fallbacksNotifiedAfter(planned), notified > age else { return wait }
    return min(wait, notified - age + .milliseconds(10))
  }

  /// What becomes of a delivery after an attempt.
  /// - Parameters:
  ///   - attempt: its number; the first one has 1
  ///   - age: the time since the delivery was committed, or replayed
  ///   - draw: a random number, 0 ..< 1
  func settlement(
    of planned: PlannedDelivery, after outcome: DeliveryOutcome, attempt: Int, age: Duration, draw: Double
  ) -> RetryPolicy.Settlement {
    let settlement = retry.settle(outcome, attempt: attempt, age: age, draw: draw)
    guard case .retry(let wait) = settlement else { return settlement }
    return .retry(after: capped(wait, planned, age: age))
  }

  /// What becomes of a delivery that is given back untried: what has waited too long is given up, and what has waited so
  /// long that its fallbacks are to be notified is tried again with them; nil where it just waits on.
  func settlement(
    ofUntried planned: PlannedDelivery, age: Duration, wait: Duration, unknownTargetPatience: Duration
  ) -> (settlement: RetryPolicy.Settlement, reason: String)? {
    let isKnown = table.has(planned.target)
    let patience = isKnown ? retry.patience : min(unknownTargetPatience, retry.patience)
    let reason =
      isKnown
      ? "not tried: the target has not answered for a while" : "the configuration has no such target any more"
    if age > patience { return (.dead(reason), reason) }
    if let notified = fallbacksNotifiedAfter(planned), age >= notified { return (.retry(after: wait), reason) }
    return nil
  }

  /// What is due to others because a delivery does not succeed.
  func fallbacks(
    of planned: PlannedDelivery, _ settlement: RetryPolicy.Settlement, age: Duration
  ) -> [PlannedDelivery] {
    guard planned.cause.tellsOfFiring else { return [] }
    switch settlement {
    case .delivered: return []
    case .dead: break
    case .retry: guard let notified = fallbacksNotifiedAfter(planned), age >= notified else { return [] }
    }
    return table.fallbacks(of: planned.target.receiver, alert: planned.alertID)
  }
}

extension RoutingTable.Receiver {
  /// After how long of failing its fallbacks are notified, too; nil for never, or where there are none.
  var fallbacksNotifiedAfter: Duration? { fallbacks.isEmpty ? nil : fallbackAfter }
}

extension RoutingTable {
  /// How many attempts to one target of a receiver may be under way at once.
  func concurrency(of receiver: String) -> Int { receivers[receiver]?.concurrency ?? 1 }

  var concurrency: DispatchStateMachine.Concurrency {
    { receiver in concurrency(of: receiver) }
  }
}
