import Synchronization
package import TocsinCore

/// What one PostgreSQL database holds for an installation, in memory: alerts, their changes and planned deliveries, rules,
/// nodes. Its time is the clock's.
///
/// Several nodes may use it, each through ``node(_:)`` with faults of its own.
package final class MemoryPostgres: Sendable {
  let state = Mutex(PostgresState())
  let clock: ManualClock

  /// An empty database.
  package init(clock: ManualClock) {
    self.clock = clock
  }

  /// A node's connection to the database.
  package func node(_ faults: Faults = Faults()) -> MemoryPostgresNode {
    MemoryPostgresNode(server: self, faults: faults)
  }

  /// All alerts, oldest first.
  package var alerts: [StoredAlert] {
    state.withLock { state in
      state.alerts.map { StoredAlert(alert: $1, tenant: $0.tenant) }.sorted { $0.alert.alertID < $1.alert.alertID }
    }
  }

  /// The deliveries that were planned, oldest first.
  package var deliveries: [PlannedDelivery] {
    state.withLock { $0.deliveries.values.map(\.planned).sorted { $0.id < $1.id } }
  }

  /// The number of the newest change of a rule.
  package var ruleVersion: Int64 { state.withLock { $0.ruleVersion } }

  /// Refuses alerts of that campaign from now on, as data that cannot be stored.
  package func refuse(campaign: String) {
    state.withLock { _ = $0.refusedCampaigns.insert(campaign) }
  }

  /// Goes back to what the rules were at that number, as by a restore from a backup.
  package func goBack(toRules version: Int64) {
    state.withLock { state in
      let lost = state.changes.filter { $0.change.version > version }
      for entry in lost.reversed() { state.rules[entry.key] = entry.before }
      state.changes.removeAll { $0.change.version > version }
      state.ruleVersion = version
    }
  }
}

/// What one node sees of a ``MemoryPostgres``: the ports that PostgreSQL is behind.
package final class MemoryPostgresNode: Sendable {
  let server: MemoryPostgres
  /// What goes wrong for this node.
  package let faults: Faults

  init(server: MemoryPostgres, faults: Faults) {
    self.server = server
    self.faults = faults
  }

  /// Performs a transaction: where it throws, nothing was done.
  func transaction<Value: Sendable>(
    _ name: String = #function, _ effect: (inout PostgresState, Timestamp) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let now = server.clock.timestamp
    return try await faults.around(name) { () throws(StoreError) in
      try server.state.withLock { (state) throws(StoreError) in
        var copy = state
        let value = try effect(&copy, now)
        state = copy
        return value
      }
    }
  }
}

/// The tables.
struct PostgresState: Sendable {
  struct Queued: Sendable {
    var planned: PlannedDelivery
    var state: DeliveryState
  }

  struct RuleKey: Hashable, Sendable {
    var tenant: Tenant
    var ruleID: String
  }

  struct ChangedRule: Sendable {
    var key: RuleKey
    var before: AlertRule?
    var change: RuleChange
  }

  struct Node: Sendable {
    var registration: Int
    var node: RegisteredNode
  }

  var alerts: [AlertKey: Alert] = [:]
  var deliveries: [DeliveryID: Queued] = [:]
  var unannounced: [(change: AlertChange, at: Timestamp)] = []
  var refusedCampaigns: Set<String> = []
  var rules: [RuleKey: AlertRule] = [:]
  var ruleVersion: Int64 = 0
  /// Oldest first.
  var changes: [ChangedRule] = []
  var seeded: Set<Tenant> = []
  var nodes: [String: Node] = [:]
  var registrations = 0
  let database = DatabaseIdentity(
    id: "memory.\(UInt64.random(in: 0 ... .max))", description: "\"memory\", schema \"public\" at a test")
}

/// The first elements of a list, and where it goes on.
func firstPage<Element: Sendable, Key: Sendable>(
  _ list: [Element], limit: Int, key: (Element) -> Key
) -> StoredPage<Element, Key> {
  StoredPage(elements: Array(list.prefix(limit)), next: list.count > limit ? key(list[limit - 1]) : nil)
}
