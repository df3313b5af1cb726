import Synchronization
import TocsinCore
import TocsinMetrics

/// What the node can send soon, and what it should therefore take up or leave.
extension DeliveryDispatcher {
  /// How many more deliveries this node should take up.
  var room: Int { max(0, settings.takeLimit - state.withLock { $0.dispatch.count }) }

  /// What it should take up now, in an order of chance: of each target what it can send; of one that it cannot send to
  /// what has waited so long that it is to be given up, or others are to be told; and what nobody can send.
  var wanted: [WantedDeliveries] {
    let table = routing.table
    let patience = routing.retry.patience
    let limit = settings.takeLimit
    let now = ContinuousClock.now
    return state.withLock { state in
      var wanted: [WantedDeliveries] = []
      for (name, receiver) in table.receivers {
        let told = min(receiver.fallbacksToldAfter ?? patience, patience)
        let overdue = max(Int64(told.seconds * 1000), 1)
        for target in receiver.targets.map(\.name) {
          let room = state.dispatch.room(of: target, concurrency: table.concurrency, now: now)
          if room > 0 { wanted.append(WantedDeliveries(target, limit: room)) }
          if !state.dispatch.answers(target, now: now) {
            wanted.append(WantedDeliveries(target, limit: limit, overdueMilliseconds: overdue))
          }
        }
        let strangers = state.queued.filter { $0.receiver == name && !table.has($0) }
        wanted += strangers.map { WantedDeliveries($0, limit: limit) }
      }
      return wanted.shuffled()
    }
  }

  /// Alerts whose deliveries wait as far as they could not be sent soon, instead of being leased for nothing.
  func deferring(_ alerts: [StoredAlert]) -> [StoredAlert] {
    guard alerts.contains(where: { !$0.deliveries.isEmpty }) else { return alerts }
    let concurrency = routing.table.concurrency
    let now = ContinuousClock.now
    return state.withLock { state in
      var rooms: [TargetName: Int] = [:]
      return alerts.map { stored in
        var stored = stored
        for place in stored.deliveries.indices {
          let target = stored.deliveries[place].target
          let room = rooms[target] ?? state.dispatch.room(of: target, concurrency: concurrency, now: now)
          stored.deliveries[place].waits = room == 0
          rooms[target] = max(0, room - 1)
        }
        return stored
      }
    }
  }

  /// Something waits for these targets.
  func queued(_ targets: [TargetName]) {
    state.withLock { $0.queued = targets }
  }
}

extension RoutingTable.Receiver {
  /// After how long of failing its fallbacks are told, too; nil for never, or where there are none.
  var fallbacksToldAfter: Duration? { fallbacks.isEmpty ? nil : fallbackAfter }
}

extension RoutingTable {
  /// How many attempts to one target of a receiver may be under way at once.
  func concurrency(of receiver: String) -> Int { receivers[receiver]?.concurrency ?? 1 }

  var concurrency: DispatchStateMachine.Concurrency {
    { receiver in concurrency(of: receiver) }
  }
}
