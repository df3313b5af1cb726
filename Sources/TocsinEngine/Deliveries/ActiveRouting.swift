import Synchronization
package import TocsinCore

/// The routing that this node follows now: replaced as a whole when the configuration changes.
package final class ActiveRouting: Sendable {
  private let state = Mutex(RoutingSnapshot())

  /// Routing with an empty table.
  init() {}

  /// The routing as it is now, for a caller that decides several things by it.
  var snapshot: RoutingSnapshot { state.withLock { $0 } }

  /// The table as it is now.
  package var table: RoutingTable { state.withLock { $0.table } }

  /// Takes up another table: what is planned from now on follows it.
  package func replace(_ table: RoutingTable, retry: RetryPolicy = RetryPolicy()) {
    state.withLock { state in
      state.former.formUnion(state.table.targets)
      state.former.subtract(table.targets)
      state.table = table
      state.retry = retry
    }
  }
}
