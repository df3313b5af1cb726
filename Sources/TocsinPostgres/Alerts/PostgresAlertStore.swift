package import Logging
package import PostgresClient
package import TocsinCore

/// Alerts in PostgreSQL: table `alerts`, its roll-ups, the outbox `alert_changes`, and the rows of `delivery_queue`
/// that come into being with alerts and their changes.
package struct PostgresAlertStore: AlertStore {
  let writers: PostgresPool
  let readers: PostgresPool
  let lease: Lease
  let foreign: ForeignRows

  /// A store on two pools to the same primary server: so that a burst of reads never keeps alerts from being written.
  /// - Parameters:
  ///   - writers: for inserts and changes
  ///   - readers: for lists, statistics and cooldowns
  ///   - node: under whose name new deliveries are leased; unique among all nodes that ever run
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

  package func alert(_ id: AlertID, tenant: Tenant) async throws(StoreError) -> Alert? {
    try await readers.rows(Statements.alertOne, [.text(tenant.rawValue), .uuid(id.uuid)], Alert.withStatus).first
  }

  package func page(
    _ query: AlertQuery, tenant: Tenant
  ) async throws(StoreError) -> StoredPage<Alert, AlertID> {
    var walk = ReadableWalk<AlertID>(limit: query.limit, after: query.before)
    var alerts: [Alert] = []
    while let portion = walk.rows {
      var rest = query
      (rest.limit, rest.before) = (portion.limit, portion.after)
      let shape = AlertListShape(rest)
      let rows = try await readers.rows(shape.statement, shape.parameters(rest, tenant: tenant)) { row in
        (id: AlertID(try row.uuid(0)), alert: foreign.readable { () throws(ForeignRow) in try AlertColumns.read(row) })
      }
      let readable = rows.compactMap(\.alert)
      alerts += readable
      walk.took(rows: rows.count, readable: readable.count, last: rows.last?.id)
    }
    var page = walk.page(of: alerts, key: \.alertID)
    page.elements = try await told(page.elements.map { StoredAlert(alert: $0, tenant: tenant) }).map(\.alert)
    return page
  }

  package func alerts(_ keys: [AlertKey]) async throws(StoreError) -> [StoredAlert] {
    if keys.isEmpty { return [] }
    let alerts = try await readers.rows(Statements.alertMany, AlertSet(keys).parameters) { row in
      (
        alert: foreign.readable { () throws(ForeignRow) in try AlertColumns.read(row) },
        tenant: Tenant(rawValue: try row.text(AlertColumns.count))
      )
    }
    return try await told(alerts.compactMap { row in row.alert.map { StoredAlert(alert: $0, tenant: row.tenant) } })
  }

  /// Adds to alerts what their deliveries say in their status.
  private func told(_ alerts: [StoredAlert]) async throws(StoreError) -> [StoredAlert] {
    if alerts.isEmpty { return [] }
    let page = AlertSet(alerts.map { AlertKey(tenant: $0.tenant, id: $0.alert.alertID) })
    let told = try await readers.rows(NotificationStatus.ofMany, page.parameters) { row in
      (AlertID(try row.uuid(0)), try row.textArray(1))
    }
    if told.isEmpty { return alerts }
    let entries = Dictionary(told, uniquingKeysWith: +)
    var alerts = alerts
    for index in alerts.indices {
      guard let told = entries[alerts[index].alert.alertID] else { continue }
      let status = alerts[index].alert.notificationStatus
      alerts[index].alert.notificationStatus = status.adding(NotificationStatus(stored: told))
    }
    return alerts
  }

  package func newestAlert(
    ruleID: String, incarnation: String, entity: Entity, tenant: Tenant, since: Timestamp
  ) async throws(StoreError) -> AlertID? {
    let parameters: [PostgresValue] = [
      .text(tenant.rawValue), .text(entity.campaignID), .text(entity.adID), .text(ruleID), .text(incarnation),
      .uuid(AlertID(lowerBound: since).uuid),
    ]
    return try await readers.rows(Statements.alertNewest, parameters) { AlertID(try $0.uuid(0)) }.first
  }

  package func statistics(campaignID: String?, tenant: Tenant) async throws(StoreError) -> AlertStatistics {
    let statement = campaignID == nil ? Statements.alertStatistics : Statements.campaignStatistics
    let parameters = [PostgresValue.text(tenant.rawValue)] + (campaignID.map { [.text($0)] } ?? [])
    var statistics = AlertStatistics()
    let counts = try await readers.rows(statement, parameters) { row in
      (
        type: try row.text(0), severity: try row.text(1), fired: Self.count(try row.int8(2)),
        acknowledged: Self.count(try row.int8(3)), resolved: Self.count(try row.int8(4))
      )
    }
    for count in counts where count.fired > 0 {
      statistics.total += count.fired
      statistics.active += max(0, count.fired - count.resolved)
      statistics.acknowledged += count.acknowledged
      statistics.resolved += count.resolved
      statistics.byType[count.type, default: 0] += count.fired
      statistics.bySeverity[count.severity, default: 0] += count.fired
    }
    return statistics
  }

  /// A count, as far as any that alerts can have been counted up to: sums of these never overflow.
  private static func count(_ number: Int64) -> Int {
    Int(min(max(0, number), 1 << 48))
  }

  /// Makes the weekly partitions that are missing, from last week's on, those of deliveries too. Nodes call it when
  /// they start and every hour; several at once do no harm. Without it rows go to the default partition, which works,
  /// but holds no retention.
  /// - Returns: how many were made
  /// - Throws: `StoreError.Code/unavailable` when the table was in use for half a second; ask again later;
  ///   `StoreError.Code/denied` where some are missing and the role may not make any: `tocsin migrate` does
  @discardableResult
  package func ensurePartitions(weeksAhead: Int = 4) async throws(StoreError) -> Int {
    var made = 0
    for table in Self.partitionedTables {
      let parameters: [PostgresValue] = [.text(table), .int8(Int64(weeksAhead))]
      made += try await writers.rows(Statements.ensurePartitions, parameters) { Int(try $0.int8(0)) }.first ?? 0
    }
    return made
  }

  /// The tables that have a partition a week, and a default one named after them.
  static let partitionedTables = ["alerts", "deliveries"]

  /// How many rows lie in the default partitions, by table; counting ends at 100,000. They work like others, but slow
  /// down the making of partitions, and no retention finds them.
  package func defaultPartitionRows() async throws(StoreError) -> [(table: String, rows: Int)] {
    try await readers.rows(Statements.defaultPartitionRows) { (try $0.text(0), Int(try $0.int8(1))) }
  }
}
