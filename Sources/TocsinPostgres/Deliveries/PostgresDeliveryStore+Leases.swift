import PostgresClient
public import TocsinCore

extension PostgresDeliveryStore {
  /// The rows are leased by one statement; another one reads their alerts. If that one fails, the rows are left to
  /// their leases.
  public func take(
    _ limit: Int, for receivers: [String], except targets: [TargetName] = []
  ) async throws(StoreError) -> [LeasedDelivery] {
    guard limit > 0, !receivers.isEmpty else { return [] }
    let parameters: [PostgresValue] = [
      .int8(Int64(min(limit, LeaseStatements.largestTake))), .textArray(receivers), .text(lease.node),
      lease.microseconds, .textArray(targets.map(\.description)),
    ]
    // A row that this release cannot read (of a newer one's making) is left to its lease: other nodes may.
    let taken = try await writers.rows(LeaseStatements.take, parameters) { try? Taken($0) }.compactMap { $0 }
    guard !taken.isEmpty else { return [] }
    let wanted = AlertSet(taken.map(\.alert))
    let read = try await writers.rows(LeaseStatements.alerts, wanted.parameters) { row in
      (AlertKey(tenant: Tenant(rawValue: try row.text(AlertColumns.count)), id: AlertID(try row.uuid(0))), row)
    }
    let alerts = Dictionary(read, uniquingKeysWith: { $1 })
    let gone = taken.filter { alerts[$0.alert] == nil }.map(\.planned.id)
    if !gone.isEmpty {
      _ = try await writers.run(LeaseStatements.bury, [.uuidArray(gone.map(\.uuid)), .text(lease.node)])
    }
    return taken.compactMap { row in
      guard let alert = alerts[row.alert].flatMap({ try? AlertColumns.read($0) }) else { return nil }
      return LeasedDelivery(
        planned: row.planned, alert: alert, tenant: row.alert.tenant, attempts: row.attempts,
        ageMilliseconds: row.ageMilliseconds)
    }
  }

  public func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> {
    guard !deliveries.isEmpty else { return [] }
    let parameters: [PostgresValue] = [.uuidArray(deliveries.map(\.uuid)), .text(lease.node), lease.microseconds]
    return Set(try await writers.rows(LeaseStatements.renew, parameters) { DeliveryID(try $0.uuid(0)) })
  }

  public func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {
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

  init(_ row: PostgresRow) throws {
    planned = try DeliveryColumns.planned(row, from: 0)
    alert = AlertKey(tenant: Tenant(rawValue: try row.text(6)), id: planned.alertID)
    attempts = Int(try row.int8(7))
    ageMilliseconds = max(0, try row.int8(8))
  }
}
