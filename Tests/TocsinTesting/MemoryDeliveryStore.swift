package import TocsinCore

/// The memory twin of a node's `DeliveryStore`: it keeps what the port promises, on a ``MemoryDeliveries`` that several
/// nodes share.
package struct MemoryDeliveryStore: DeliveryStore {
  private let database: MemoryDeliveries
  private let node: String
  /// What goes wrong.
  package let faults: Faults
  package let leaseDuration: Duration

  /// The store of that node.
  package init(
    _ database: MemoryDeliveries, node: String, faults: Faults = Faults(), leaseDuration: Duration = .seconds(30)
  ) {
    self.database = database
    self.node = node
    self.faults = faults
    self.leaseDuration = leaseDuration
  }

  private func perform<Output: Sendable>(
    _ call: String = #function, _ body: (inout MemoryDeliveries.Tables, Timestamp) -> Output
  ) async throws(StoreError) -> Output {
    try await faults.around(call) { () throws(StoreError) in
      let now = database.now
      return database.tables.change { body(&$0, now) }
    }
  }

  package func lease(_ limit: Int, of wanted: [WantedDeliveries]) async throws(StoreError) -> LeasedDeliveries {
    try await perform { tables, now in
      var leased = LeasedDeliveries()
      var rest = min(limit, 1000)
      let lease = now.advanced(by: leaseDuration.wholeMilliseconds)
      for wanted in wanted where rest > 0 {
        let past = now.advanced(by: -wanted.overdueMilliseconds)
        let due = tables.rows.values.filter {
          $0.isOpen && $0.planned.target == wanted.target && $0.dueAt <= past && !tables.isBehindAnother($0)
        }
        let taken = due.sorted { ($0.dueAt, $0.planned.id) < ($1.dueAt, $1.planned.id) }
          .prefix(min(rest, max(0, wanted.limit)))
        rest -= taken.count
        for var row in taken {
          leased.counts[wanted.target, default: 0] += 1
          // The node that let a lease run out may have made an attempt.
          if row.state == .sending { row.arrived = true }
          row.state = .sending
          row.lockedBy = node
          row.dueAt = lease
          tables.rows[row.planned.id] = row
          take(row, &tables, now, into: &leased)
        }
      }
      return leased
    }
  }

  /// Adds a leased row to what is to be sent, unless its alert is gone or it is to be cancelled.
  private func take(
    _ row: MemoryDeliveries.Row, _ tables: inout MemoryDeliveries.Tables, _ now: Timestamp,
    into leased: inout LeasedDeliveries
  ) {
    guard let alert = tables.alerts[row.alert] else {
      tables.rows[row.planned.id]?.end(.dead, at: now, error: "the alert is gone")
      return
    }
    let isOvertaken = alert.resolution.map { row.patienceFrom < $0.at } ?? false
    if isOvertaken, row.planned.cause.tellsOfFiring, !row.arrived {
      tables.rows[row.planned.id]?.end(.cancelled, at: now)
      for other in tables.rows.values
      where other.isOpen && other.state != .sending && !other.arrived && other.alert == row.alert
        && other.planned.target == row.planned.target && other.planned.cause.sequence > row.planned.cause.sequence
      {
        tables.rows[other.planned.id]?.end(.cancelled, at: now)
      }
      leased.cancelled.insert(row.alert)
      return
    }
    leased.deliveries.append(
      LeasedDelivery(
        planned: row.planned, alert: alert, tenant: row.tenant, attempts: row.attempts,
        ageMilliseconds: now.milliseconds - row.patienceFrom.milliseconds, progress: row.progress))
  }

  package func queuedTargets() async throws(StoreError) -> [TargetName] {
    try await perform { tables, _ in
      Set(tables.rows.values.filter(\.isOpen).map(\.planned.target)).sorted()
    }
  }

  package func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> {
    try await perform { tables, now in
      let held = deliveries.filter { tables.rows[$0].map { $0.isOpen && $0.lockedBy == node } ?? false }
      for id in held { tables.rows[id]?.dueAt = now.advanced(by: leaseDuration.wholeMilliseconds) }
      return Set(held)
    }
  }

  package func complete(_ results: [DeliveryResult]) async throws(StoreError) -> [StatusChange] {
    try await perform { tables, now in
      let alerts = Set(results.map { AlertKey(tenant: $0.tenant, id: $0.alertID) })
      let before = Dictionary(uniqueKeysWithValues: alerts.map { ($0, tables.status(of: $0)) })
      for result in results {
        guard var row = tables.rows[result.id], row.isOpen,
          result.settlement == .delivered || row.lockedBy == node
        else { continue }
        note(result, in: &row, now)
        tables.rows[result.id] = row
        add(result.fallbacks, of: row.alert, &tables, now)
      }
      return alerts.sorted { $0.id < $1.id }.compactMap { key in
        let after = tables.status(of: key)
        return after == before[key] ? nil : StatusChange(alertID: key.id, tenant: key.tenant, status: after)
      }
    }
  }

  private func note(_ result: DeliveryResult, in row: inout MemoryDeliveries.Row, _ now: Timestamp) {
    row.attempts += 1
    row.arrived = row.arrived || result.outcome.failure?.mayHaveArrived ?? true
    row.progress = result.settlement == .delivered ? DeliveryProgress() : result.progress
    row.lastError = result.outcome.failure?.reason ?? row.lastError
    row.history.append(
      Delivery.Attempt(
        number: row.attempts, at: now, node: node, outcome: result.outcome.name, status: result.outcome.status,
        milliseconds: result.milliseconds, error: result.outcome.failure?.reason))
    row.history = row.history.suffix(Delivery.keptAttempts)
    switch result.settlement {
    case .delivered: row.end(.delivered, at: now)
    case .dead(let reason): row.end(.dead, at: now, error: reason)
    case .retry(let wait): row.release(at: now.advanced(by: wait.wholeMilliseconds))
    }
  }

  private func add(
    _ fallbacks: [PlannedDelivery], of alert: AlertKey, _ tables: inout MemoryDeliveries.Tables, _ now: Timestamp
  ) {
    guard let stored = tables.alerts[alert], stored.resolution == nil else { return }
    for planned in fallbacks
    where tables.rows[planned.id] == nil
      && !tables.rows.values.contains(where: { $0.alert == alert && $0.planned.target == planned.target })
    {
      tables.rows[planned.id] = MemoryDeliveries.Row(
        tenant: alert.tenant, planned: planned, state: .pending, dueAt: now, createdAt: now, patienceFrom: now)
    }
  }

  package func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {
    try await perform { tables, now in
      for id in deliveries {
        guard let row = tables.rows[id], row.isOpen, row.lockedBy == node else { continue }
        tables.rows[id]?.release(at: now.advanced(by: afterMilliseconds))
      }
    }
  }

  package func retarget(
    _ deliveries: [LeasedDelivery], to target: TargetName, told causes: Set<DeliveryCause.Kind>
  ) async throws(StoreError) -> Set<DeliveryID> {
    // The first two causes count as one.
    func place(_ sequence: Int) -> Int { max(sequence, DeliveryCause.fallback.sequence) }
    let told = Set(causes.map { place($0.sequence) })
    return try await perform { tables, now in
      var moved: Set<DeliveryID> = []
      for id in deliveries.map(\.planned.id) {
        guard let first = tables.rows[id], first.isOpen, first.lockedBy == node else { continue }
        for row in tables.rows.values
        where row.isOpen && row.alert == first.alert && row.planned.target == first.planned.target
          && (row.planned.id == id || row.lockedBy == nil)
        {
          let sequence = place(row.planned.cause.sequence)
          let isTaken = tables.rows.values.contains {
            $0.alert == row.alert && $0.planned.target == target && place($0.planned.cause.sequence) == sequence
          }
          if isTaken || !told.contains(sequence) { continue }
          tables.rows[row.planned.id]?.planned.target = target
          tables.rows[row.planned.id]?.release(at: now)
          moved.insert(row.planned.id)
        }
      }
      return moved
    }
  }

  package func reportReceivers(
    _ names: [String], unknownAfterMilliseconds: Int64
  ) async throws(StoreError) -> ChangedDeliveries {
    try await perform { tables, now in
      for name in names { tables.receivers[name] = now }
      let past = now.advanced(by: -unknownAfterMilliseconds)
      let unknown = tables.rows.values.filter { row in
        row.isOpen && row.dueAt <= past && (tables.receivers[row.planned.target.receiver].map { $0 <= past } ?? true)
      }.prefix(1000)
      for row in unknown {
        if row.state == .sending { tables.rows[row.planned.id]?.arrived = true }
        tables.rows[row.planned.id]?.end(.dead, at: now, error: "no node knows this receiver")
      }
      return ChangedDeliveries(
        count: unknown.count, alerts: Set(unknown.filter { $0.planned.cause.tellsOfFiring }.map(\.alert)))
    }
  }

  package func disabledTargets() async throws(StoreError) -> [TargetName: String] {
    try await perform { tables, _ in tables.disabled }
  }

  package func disable(_ target: TargetName, reason: String?) async throws(StoreError) {
    try await perform { tables, _ in
      tables.disabled[target] = reason == nil ? nil : tables.disabled[target] ?? reason
    }
  }

  package func backlog() async throws(StoreError) -> DeliveryBacklog {
    try await perform { tables, now in
      let open = tables.rows.values.filter(\.isOpen)
      let oldest = open.map { now.milliseconds - $0.patienceFrom.milliseconds }.max() ?? 0
      let dead = tables.rows.values.filter { $0.state == .dead }
      return DeliveryBacklog(unfinished: open.count, dead: dead.count, oldestMilliseconds: oldest)
    }
  }

  package func page(
    _ query: DeliveryQuery, tenant: Tenant
  ) async throws(StoreError) -> StoredPage<Delivery, DeliveryID> {
    try await perform { tables, _ in
      let cursor = query.before.flatMap { id in tables.rows[id].map { ($0.planned.alertID, id) } }
      let found = matching(query, tenant, tables).filter { row in
        guard let before = query.before else { return true }
        guard let cursor else { return row.planned.alertID.timestamp < before.timestamp }
        return (row.planned.alertID, row.planned.id) < cursor
      }.sorted { ($1.planned.alertID, $1.planned.id) < ($0.planned.alertID, $0.planned.id) }
      let page = found.prefix(max(0, query.limit))
      return StoredPage(
        elements: page.map(\.delivery), next: found.count > page.count ? page.last?.planned.id : nil)
    }
  }

  package func delivery(_ id: DeliveryID, tenant: Tenant) async throws(StoreError) -> Delivery? {
    try await perform { tables, _ in
      tables.rows[id].flatMap { $0.tenant == tenant ? $0.delivery : nil }
    }
  }

  package func replay(_ query: DeliveryQuery, limit: Int, tenant: Tenant) async throws(StoreError) -> ChangedDeliveries
  {
    try await perform { tables, now in
      let found = matching(query, tenant, tables).filter { row in
        row.state.isFinal && (row.state != .delivered || query.id != nil || query.states.contains(.delivered))
      }.sorted { ($0.planned.alertID, $0.planned.id) < ($1.planned.alertID, $1.planned.id) }
      var changed = ChangedDeliveries()
      for var row in found.prefix(limit) {
        row.attempts = 0
        row.finishedAt = nil
        row.patienceFrom = now
        row.release(at: now)
        tables.rows[row.planned.id] = row
        changed.count += 1
        if row.planned.cause.tellsOfFiring { changed.alerts.insert(row.alert) }
        changed.targets[DeliveryTarget(name: row.planned.target, channel: row.planned.channel), default: 0] += 1
      }
      return changed
    }
  }

  private func matching(
    _ query: DeliveryQuery, _ tenant: Tenant, _ tables: MemoryDeliveries.Tables
  ) -> [MemoryDeliveries.Row] {
    tables.rows.values.filter { row in
      let fired = row.planned.alertID.timestamp
      let campaign = tables.alerts[row.alert]?.entity.campaignID
      return row.tenant == tenant && (query.id.map { $0 == row.planned.id } ?? true)
        && (query.alertID.map { $0 == row.planned.alertID } ?? true)
        && (query.receiver.map { $0 == row.planned.target.receiver } ?? true)
        && (query.campaignIDs.isEmpty || campaign.map(query.campaignIDs.contains) ?? false)
        && (query.states.isEmpty || query.states.contains(row.state)) && (query.since.map { fired >= $0 } ?? true)
        && (query.until.map { fired < $0 } ?? true)
    }
  }
}

extension MemoryDeliveries.Row {
  /// The row as the port gives it.
  fileprivate var delivery: Delivery {
    Delivery(
      planned: planned, state: state, attempts: attempts, createdAt: createdAt, dueAt: state.isFinal ? nil : dueAt,
      finishedAt: finishedAt, lockedBy: lockedBy, lastError: lastError, history: history)
  }
}
