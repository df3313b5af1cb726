import Synchronization
public import TocsinCore

/// Who gets which alerts, and how patiently: replaced as a whole when the configuration changes.
public final class RoutingBook: Sendable {
  private let state: Mutex<(table: RoutingTable, retry: RetryPolicy)>

  /// A book with an empty table.
  init() {
    state = Mutex((RoutingTable(), RetryPolicy()))
  }

  /// The table as it is now.
  public var table: RoutingTable { state.withLock { $0.table } }

  /// When failed deliveries are tried again and given up.
  var retry: RetryPolicy { state.withLock { $0.retry } }

  /// Takes up another table: what is planned from now on follows it.
  public func replace(_ table: RoutingTable, retry: RetryPolicy = RetryPolicy()) {
    state.withLock { $0 = (table, retry) }
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
