import PostgresClient
package import TocsinCore
import TocsinJSON

extension PostgresDeliveryStore {
  /// The rows are leased by one statement; another one reads their alerts. If that one fails, the rows are left to
  /// their leases; so are those that ought to be ended and cannot be.
  package func lease(_ limit: Int, of wanted: [WantedDeliveries]) async throws(StoreError) -> LeasedDeliveries {
    guard limit > 0, !wanted.isEmpty else { return LeasedDeliveries() }
    let parameters: [PostgresValue] = [
      .int8(Int64(min(limit, LeaseStatements.largestTake))), .textArray(wanted.map(\.target.receiver)),
      .textArray(wanted.map(\.target.target)), .int8Array(wanted.map { Int64(max(0, $0.limit)) }),
      .int8Array(wanted.map(\.overdueMilliseconds)), .text(lease.node), lease.microseconds,
    ]
    let taken = try await writers.rows(LeaseStatements.take, parameters) { row in
      foreign.readable { () throws(ForeignRow) in try Taken(reading: row) }
    }.compactMap { $0 }
    guard !taken.isEmpty else { return LeasedDeliveries() }
    let meant = AlertSet(taken.map(\.alert))
    let read = try await writers.rows(Statements.alertMany, meant.parameters) { row in
      (
        AlertKey(tenant: Tenant(rawValue: try row.text(AlertColumns.count)), id: AlertID(try row.uuid(0))),
        foreign.readable { () throws(ForeignRow) in try AlertColumns.read(row) }
      )
    }
    let alerts = Dictionary(read, uniquingKeysWith: { $1 })
    let gone = taken.filter { alerts[$0.alert] == nil }
    // What tells of an alert that this release cannot read is left to nodes that can. A lease that ran out would count
    // as an attempt that may have arrived.
    let others = taken.filter { row in alerts[row.alert].map { $0 == nil } ?? false }
    if !others.isEmpty {
      try? await release(others.map(\.planned.id), afterMilliseconds: PostgresDeliveryStore.foreignPause)
    }
    let overtaken = taken.filter { row in
      (alerts[row.alert] ?? nil)?.resolution.map { row.mayBeCancelled && row.patienceFrom < $0.at.microseconds }
        ?? false
    }
    let kept = Set(taken.map(\.planned.id)).subtracting((gone + overtaken).map(\.planned.id))
    let cancelled: Set<DeliveryID>
    do {
      if !gone.isEmpty { _ = try await writers.run(LeaseStatements.bury, names(of: gone)) }
      cancelled = try await cancel(overtaken)
    } catch {
      // Given back untried: a lease that ran out would count as an attempt that may have arrived.
      try? await release((gone + overtaken).map(\.planned.id), afterMilliseconds: 0)
      cancelled = []
    }
    let deliveries = taken.compactMap { row -> LeasedDelivery? in
      guard kept.contains(row.planned.id), let alert = alerts[row.alert] ?? nil else { return nil }
      return LeasedDelivery(
        planned: row.planned, alert: alert, tenant: row.alert.tenant, attempts: row.attempts,
        ageMilliseconds: row.ageMilliseconds, progress: row.progress)
    }
    return LeasedDeliveries(
      deliveries: deliveries, counts: taken.reduce(into: [:]) { $0[$1.planned.target, default: 0] += 1 },
      cancelled: Set(overtaken.filter { cancelled.contains($0.planned.id) }.map(\.alert)))
  }

  /// For how many milliseconds a node leaves alone what it cannot read.
  private static let foreignPause: Int64 = 15_000

  /// Cancels deliveries that tell of the firing of resolved alerts.
  private func cancel(_ taken: [Taken]) async throws(StoreError) -> Set<DeliveryID> {
    if taken.isEmpty { return [] }
    let alerts = AlertSet(taken.map(\.alert))
    let names = names(of: taken)
    return try await writers.inTransaction { connection in
      _ = try await connection.execute(SettleStatements.lock, alerts.names)
      let cancelled = try await connection.execute(LeaseStatements.cancel, names)
      return Set(try cancelled.rows.map { DeliveryID(try $0.uuid(0)) })
    }
  }

  /// Their ids, and this node.
  private func names(of taken: [Taken]) -> [PostgresValue] {
    [.uuidArray(taken.map(\.planned.id.uuid)), .text(lease.node)]
  }

  package func retarget(
    _ deliveries: [LeasedDelivery], to target: TargetName, told causes: Set<DeliveryCause.Kind>
  ) async throws(StoreError) -> Set<DeliveryID> {
    if deliveries.isEmpty { return [] }
    let alerts = AlertSet(deliveries.map { AlertKey(tenant: $0.tenant, id: $0.planned.alertID) })
    let parameters: [PostgresValue] = [
      .uuidArray(deliveries.map(\.planned.id.uuid)), .text(lease.node), .text(target.target),
      .int8Array(causes.map { Int64(max($0.sequence, DeliveryCause.fallback.sequence)) }),
    ]
    return try await writers.inTransaction { connection in
      _ = try await connection.execute(SettleStatements.lock, alerts.names)
      let moved = try await connection.execute(LeaseStatements.retarget, parameters)
      return Set(try moved.rows.map { DeliveryID(try $0.uuid(0)) })
    }
  }

  package func queuedTargets() async throws(StoreError) -> [TargetName] {
    try await readers.rows(LeaseStatements.queuedTargets) {
      TargetName(receiver: try $0.text(0), target: try $0.text(1))
    }
  }

  package func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> {
    guard !deliveries.isEmpty else { return [] }
    let parameters: [PostgresValue] = [.uuidArray(deliveries.map(\.uuid)), .text(lease.node), lease.microseconds]
    return Set(try await writers.rows(LeaseStatements.renew, parameters) { DeliveryID(try $0.uuid(0)) })
  }

  package func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {
    guard !deliveries.isEmpty else { return }
    let parameters: [PostgresValue] = [
      .uuidArray(deliveries.map(\.uuid)), .text(lease.node), .int8(afterMilliseconds),
    ]
    _ = try await writers.run(LeaseStatements.release, parameters)
  }
}

/// A row that was taken, without its alert.
private struct Taken {
  var planned: PlannedDelivery
  var alert: AlertKey
  var attempts: Int
  var ageMilliseconds: Int64
  /// When it was made, or replayed: microseconds since the Unix epoch.
  var patienceFrom: Int64
  /// Whether it tells that its alert fired, and never got as far as the other side.
  var mayBeCancelled: Bool
  var progress: DeliveryProgress

  init(reading row: PostgresRow) throws(ForeignRow) {
    do { try self.init(row) } catch { throw ForeignRow("a delivery", error) }
  }

  private init(_ row: PostgresRow) throws {
    planned = try DeliveryColumns.planned(row, from: 0)
    alert = AlertKey(tenant: Tenant(rawValue: try row.text(6)), id: planned.alertID)
    attempts = Int(try row.int8(7))
    ageMilliseconds = max(0, try row.int8(8))
    mayBeCancelled = try !row.bool(9) && planned.cause.tellsOfFiring
    patienceFrom = try row.timestamptz(10)
    let stored = try row.optionalText(12).flatMap { try? JSON(parsing: $0) }
    progress = stored.map { DeliveryProgress(json: $0) } ?? DeliveryProgress()
  }
}
