package import Logging
package import PostgresClient
package import TocsinCore

/// Deliveries in PostgreSQL: tables `delivery_queue` and `deliveries`, and beside them `known_receivers` and
/// `disabled_targets`.
///
/// Locks are taken in one order everywhere, so that writers never wait in a circle: alerts first, then rows of
/// `delivery_queue`, each in the order of their keys (``PostgresAlertStore`` does likewise). Only what passes over
/// locked rows takes them in another order: it waits for nobody.
package struct PostgresDeliveryStore: DeliveryStore {
  let writers: PostgresPool
  let readers: PostgresPool
  let lease: Lease
  let foreign: ForeignRows

  /// A store on two pools to the same primary server.
  /// - Parameters:
  ///   - writers: for leases and results
  ///   - readers: for lists and figures
  ///   - node: under whose name deliveries are leased: the same as the alert store's on this node, unique among all
  ///     nodes that ever run
  ///   - leaseDuration: for how long
  ///   - logger: hears of rows that this release cannot read, once for each reason
  package init(
    writers: PostgresPool, readers: PostgresPool, node: String, leaseDuration: Duration = .seconds(30),
    logger: Logger? = nil
  ) {
    self.writers = writers
    self.readers = readers
    lease = Lease(node: node, duration: leaseDuration)
    foreign = ForeignRows(logger: logger)
  }

  package var leaseDuration: Duration { lease.duration }

  package func page(
    _ query: DeliveryQuery, tenant: Tenant
  ) async throws(StoreError) -> StoredPage<Delivery, DeliveryID> {
    var walk = ReadableWalk<DeliveryID>(limit: query.limit, after: query.before)
    var deliveries: [Delivery] = []
    while let portion = walk.rows {
      var rest = query
      (rest.limit, rest.before) = (portion.limit, portion.after)
      let filter = DeliveryFilter(rest, tenant: tenant)
      let rows = try await readers.rows(filter.list, filter.parameters + [filter.limit]) { row in
        (
          id: DeliveryID(try row.uuid(1)),
          delivery: foreign.readable { () throws(ForeignRow) in try DeliveryColumns.read(row, foreign) }
        )
      }
      let readable = rows.compactMap(\.delivery)
      deliveries += readable
      walk.took(rows: rows.count, readable: readable.count, last: rows.last?.id)
    }
    return walk.page(of: deliveries, key: \.planned.id)
  }

  package func delivery(_ id: DeliveryID, tenant: Tenant) async throws(StoreError) -> Delivery? {
    let filter = DeliveryFilter(DeliveryQuery(id: id, limit: 1), tenant: tenant)
    return try await readers.rows(filter.list, filter.parameters + [filter.limit]) { row in
      try DeliveryColumns.read(row, foreign)
    }.first
  }

  package func replay(_ query: DeliveryQuery, limit: Int, tenant: Tenant) async throws(StoreError) -> ChangedDeliveries
  {
    guard query.states.allSatisfy(\.isFinal), limit > 0 else { return ChangedDeliveries() }
    let filter = DeliveryFilter(replaying: query, tenant: tenant)
    return try await changed(filter.replay, filter.parameters + [.int8(Int64(limit))]) { row in
      DeliveryTarget(
        name: TargetName(receiver: try row.text(3), target: try row.text(4)),
        channel: DeliveryChannel(rawValue: try row.text(5)))
    }
  }

  /// Runs a statement that gives tenant, alert and sequence of each row that it has changed.
  /// - Parameter target: reads where a row goes, of statements that say so
  func changed(
    _ statement: PostgresStatement, _ parameters: [PostgresValue],
    target: @Sendable (PostgresRow) throws -> DeliveryTarget? = { _ in nil }
  ) async throws(StoreError) -> ChangedDeliveries {
    let rows = try await writers.rows(statement, parameters) { row in
      (
        alert: AlertKey(tenant: Tenant(rawValue: try row.text(0)), id: AlertID(try row.uuid(1))),
        tellsOfFiring: try row.int8(2) <= DeliveryCause.fallback.sequence, target: try target(row)
      )
    }
    return ChangedDeliveries(
      count: rows.count, alerts: Set(rows.lazy.filter(\.tellsOfFiring).map(\.alert)),
      targets: rows.reduce(into: [:]) { counts, row in
        if let target = row.target { counts[target, default: 0] += 1 }
      })
  }

  package func backlog() async throws(StoreError) -> DeliveryBacklog {
    let counts = try await readers.rows(DeliveryStatements.backlog) { row in
      DeliveryBacklog(
        unfinished: Int(try row.int8(0)), dead: Int(try row.int8(1)), oldestMilliseconds: max(0, try row.int8(2)))
    }
    return counts.first ?? DeliveryBacklog(unfinished: 0, dead: 0, oldestMilliseconds: 0)
  }
}
