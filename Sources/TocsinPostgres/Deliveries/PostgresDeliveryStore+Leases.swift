import PostgresClient
public import TocsinCore

extension PostgresDeliveryStore {
  public func take(_ limit: Int, for receivers: [String]) async throws(StoreError) -> [LeasedDelivery] {
    guard limit > 0, !receivers.isEmpty else { return [] }
    let parameters: [PostgresValue] = [
      .int8(Int64(min(limit, LeaseStatements.largestTake))), .textArray(receivers), .text(lease.node),
      lease.microseconds,
    ]
    // A row that this release cannot read (of a newer one's making) is left to its lease: other nodes may.
    return try await writers.rows(LeaseStatements.take, parameters) { try? Self.leased($0) }.compactMap { $0 }
  }

  public func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> {
    guard !deliveries.isEmpty else { return [] }
    let parameters = Self.named(deliveries) + [.text(lease.node), lease.microseconds]
    return Set(try await writers.rows(LeaseStatements.renew, parameters) { DeliveryID(try $0.uuid(0)) })
  }

  public func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {
    guard !deliveries.isEmpty else { return }
    let parameters = Self.named(deliveries) + [.text(lease.node), .int8(afterMilliseconds)]
    _ = try await writers.run(LeaseStatements.release, parameters)
  }

  /// Ids, and between which alerts' ids they lie.
  private static func named(_ deliveries: [DeliveryID]) -> [PostgresValue] {
    [
      .uuidArray(deliveries.map(\.uuid)), .uuid((deliveries.min()?.lowestAlert ?? .lowest).uuid),
      .uuid((deliveries.max()?.behindAlert ?? .highest).uuid),
    ]
  }

  /// The delivery of a row: the alert's columns, then those of ``LeaseStatements/take``.
  private static func leased(_ row: PostgresRow) throws -> LeasedDelivery {
    let column = AlertColumns.count
    let planned = try DeliveryColumns.planned(row, from: column)
    return LeasedDelivery(
      planned: planned, alert: try AlertColumns.read(row), tenant: Tenant(rawValue: try row.text(column + 6)),
      attempts: Int(try row.int8(column + 7)), ageMilliseconds: max(0, try row.int8(column + 8)))
  }
}
