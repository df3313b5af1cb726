import Synchronization
public import TocsinCore

/// The node's routing table: replaced as a whole when the configuration changes.
public final class RoutingBook: Sendable {
  private let state: Mutex<RoutingTable>

  /// A book with that table.
  public init(_ table: RoutingTable = RoutingTable()) {
    state = Mutex(table)
  }

  /// The table as it is now.
  public var table: RoutingTable { state.withLock { $0 } }

  /// Takes up another table: what is planned from now on follows it.
  public func replace(_ table: RoutingTable) {
    state.withLock { $0 = table }
  }

  /// An alert with the deliveries that its firing causes.
  func planned(_ stored: StoredAlert) -> StoredAlert {
    var stored = stored
    stored.deliveries = table.deliveries(of: stored.alert, tenant: stored.tenant, cause: .fired)
    return stored
  }
}
