import Synchronization
package import TocsinCore

/// Who gets which alerts, and how patiently: replaced as a whole when the configuration changes.
package final class ActiveRouting: Sendable {
  private struct State {
    var table = RoutingTable()
    var retry = RetryPolicy()
    /// Targets that earlier tables had and this one has not.
    var former: Set<TargetName> = []
  }

  private let state = Mutex(State())

  /// Routing with an empty table.
  init() {}

  /// The table as it is now.
  package var table: RoutingTable { state.withLock { $0.table } }

  /// When failed deliveries are tried again and given up.
  var retry: RetryPolicy { state.withLock { $0.retry } }

  /// Takes up another table: what is planned from now on follows it.
  package func replace(_ table: RoutingTable, retry: RetryPolicy = RetryPolicy()) {
    state.withLock { state in
      state.former.formUnion(state.table.targets)
      state.former.subtract(table.targets)
      state.table = table
      state.retry = retry
    }
  }

  /// What took the place of a target that this node has had and has not any more. Nothing for one that it has never had:
  /// another node may have read a newer configuration.
  func replacement(of target: DeliveryTarget) -> RoutingTable.Target? {
    state.withLock { state in
      guard state.former.contains(target.name) else { return nil }
      return state.table.replacement(of: target.name, channel: target.channel)
    }
  }

  /// Alerts with the deliveries that their firing causes, all by one table.
  func planned(_ alerts: [StoredAlert]) -> [StoredAlert] {
    let table = table
    if table.routes.isEmpty { return alerts }
    return alerts.map { stored in
      var stored = stored
      stored.deliveries = table.deliveries(of: stored.alert, tenant: stored.tenant, cause: .fired)
      return stored
    }
  }
}
