import Synchronization
import TocsinCore
import TocsinMetrics

/// What the node can send soon, and what it should therefore lease or leave.
extension DeliveryDispatcher {
  /// How many more deliveries this node should lease.
  var room: Int { max(0, settings.leaseLimit - machine.withLock { $0.count }) }

  /// What it should lease now, in random order.
  /// - Parameter queued: targets that something waits for
  func wanted(queued: [TargetName]) -> [WantedDeliveries] {
    let (routing, now) = (routing.snapshot, clock.now)
    return machine.withLock {
      $0.wanted(routing, queued: queued, limit: settings.leaseLimit, now: now)
    }.shuffled()
  }

  /// Lets deliveries wait as far as they could not be sent soon, instead of being leased for nothing.
  func postpone(_ alerts: inout [StoredAlert]) {
    let (concurrency, now) = (routing.table.concurrency, clock.now)
    machine.withLock { machine in
      var rooms: [TargetName: Int] = [:]
      for alert in alerts.indices {
        for place in alerts[alert].deliveries.indices {
          let target = alerts[alert].deliveries[place].target
          let room = rooms[target] ?? machine.room(of: target, concurrency: concurrency, now: now)
          alerts[alert].deliveries[place].waits = room == 0
          rooms[target] = max(0, room - 1)
        }
      }
    }
  }

  /// The worst circuit breaker of each receiver's targets; those of targets that are not there any more are dropped.
  func breakers() -> [String: CircuitBreaker.Position] {
    let (table, now) = (routing.table, clock.now)
    return machine.withLock { machine in
      machine.keep(where: table.has)
      return machine.breakers(now: now)
    }
  }
}

extension DispatchStateMachine {
  /// What a node should lease: of each target what can be sent; of one that does not answer what has waited so long that it
  /// is to be given up, or its fallbacks are to be notified; and what nobody can send.
  /// - Parameters:
  ///   - queued: targets that something waits for
  ///   - limit: how many deliveries at most of what is not sent
  func wanted(
    _ routing: RoutingSnapshot, queued: [TargetName], limit: Int, now: ContinuousClock.Instant
  ) -> [WantedDeliveries] {
    let table = routing.table
    let patience = routing.retry.patience
    var wanted: [WantedDeliveries] = []
    for (name, receiver) in table.receivers {
      let notified = min(receiver.fallbacksNotifiedAfter ?? patience, patience)
      let overdue = max(Int64(notified.seconds * 1000), 1)
      for target in receiver.targets.map(\.name) {
        let room = room(of: target, concurrency: table.concurrency, now: now)
        if room > 0 { wanted.append(WantedDeliveries(target, limit: room)) }
        if !answers(target, now: now) {
          wanted.append(WantedDeliveries(target, limit: limit, overdueMilliseconds: overdue))
        }
      }
      let unknown = queued.filter { $0.receiver == name && !table.has($0) }
      wanted += unknown.map { WantedDeliveries($0, limit: limit) }
    }
    return wanted
  }
}
