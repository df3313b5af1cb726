import PostgresClient
package import TocsinCore

extension PostgresAlertStore {
  /// Reads the alert, then changes it by one statement that looks at its state again: of many at once the row's lock
  /// lets one through, the others find it changed. The time of the mark is PostgreSQL's.
  ///
  /// An alert of which nobody was told when it fired has no deliveries and gets none, so that one statement is all;
  /// otherwise others follow in the same transaction (``changeWithDeliveries(_:by:change:_:planned:tenant:)``).
  package func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction? {
    guard let current = try await current(id, tenant: tenant) else { return nil }
    let (alert, now) = (current.alert, current.now)
    guard alert.state.after(action) != nil else { return AppliedAction(alert: alert, change: nil) }
    var changed = alert
    let mark = Alert.Mark(at: now, by: user)
    switch action {
    case .acknowledge: changed.acknowledgement = mark
    case .resolve: changed.resolution = mark
    }
    var generator = SystemRandomNumberGenerator()
    let change = AlertChange(
      changeID: AlertID(at: now, using: &generator),
      envelope: EventEnvelope.change(action, alert: changed, user: user, at: now, tenant: tenant).encoded())
    let parameters: [PostgresValue] = [
      .text(tenant.rawValue), .uuid(id.uuid), .timestamptz(now.microseconds), user.map { .text($0) } ?? .null,
      .uuid(change.changeID.uuid), .text(String(decoding: change.envelope, as: UTF8.self)),
    ]
    let applied: AppliedAction?
    if current.hasDeliveries {
      applied = try await changeWithDeliveries(
        changed, by: action, change: change, parameters, planned: plan(changed), tenant: tenant)
    } else {
      let rows = try await writers.run(Self.changing(action), parameters).rows
      do { applied = try Self.applied(change, to: changed, rows.first) } catch { throw StoreError(wrapping: error) }
    }
    if let applied { return applied }
    // Somebody else was faster: what is there now.
    return try await self.current(id, tenant: tenant).map { AppliedAction(alert: $0.alert, change: nil) }
  }

  /// What became of the change, from the row that its statement gave; nil where it gave none.
  static func applied(_ change: AlertChange, to alert: Alert, _ row: PostgresRow?) throws -> AppliedAction? {
    guard let row else { return nil }
    var alert = alert
    alert.acknowledgement = try AlertColumns.mark(row, 0)
    alert.resolution = try AlertColumns.mark(row, 2)
    return AppliedAction(alert: alert, change: change)
  }

  package func unannouncedChanges(
    olderThan milliseconds: Int64, limit: Int
  ) async throws(StoreError) -> [AlertChange] {
    let parameters: [PostgresValue] = [.int8(milliseconds), .int8(Int64(limit))]
    return try await writers.rows(AlertStatements.unannounced, parameters) { row in
      AlertChange(changeID: AlertID(try row.uuid(0)), envelope: Array(try row.text(1).utf8))
    }
  }

  package func announced(changes: [AlertID]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    _ = try await writers.run(AlertStatements.announced, [.uuidArray(changes.map(\.uuid))])
  }

  /// The alert as it is, PostgreSQL's time, and whether there are deliveries of it.
  private func current(
    _ id: AlertID, tenant: Tenant
  ) async throws(StoreError) -> (alert: Alert, now: Timestamp, hasDeliveries: Bool)? {
    try await writers.rows(Self.currentStatement, [.text(tenant.rawValue), .uuid(id.uuid)]) { row in
      (
        try Alert.withStatus(row), Timestamp(microseconds: try row.timestamptz(AlertColumns.count + 1)),
        try row.bool(AlertColumns.count + 2)
      )
    }.first
  }

  private static let currentStatement = PostgresStatement(
    """
    SELECT \(AlertColumns.list(of: "a")), \(NotificationStatus.column), clock_timestamp(),
      EXISTS (SELECT FROM delivery_queue d WHERE d.tenant = $1 AND d.alert_id = $2)
        OR EXISTS (SELECT FROM deliveries d WHERE d.tenant = $1 AND d.alert_id = $2)
    FROM alerts a WHERE a.tenant = $1 AND a.alert_id = $2
    """, name: "alert.current")

  /// The statement that changes an alert: tenant, alert, time, user, id of the change, its envelope.
  static func changing(_ action: AlertAction) -> PostgresStatement {
    switch action {
    case .acknowledge: acknowledging
    case .resolve: resolving
    }
  }

  private static let acknowledging = change(
    name: "alert.acknowledge", set: "acknowledged_at = $3, acknowledged_by = $4",
    unless: "a.acknowledged_at IS NOT NULL OR a.resolved", acknowledged: 1, resolved: 0)

  private static let resolving = change(
    name: "alert.resolve", set: "resolved_at = $3, resolved_by = $4", unless: "a.resolved", acknowledged: 0, resolved: 1
  )

  /// The change, its count and its outbox row: all or none.
  private static func change(
    name: String, set: String, unless forbidden: String, acknowledged: Int, resolved: Int
  ) -> PostgresStatement {
    PostgresStatement(
      """
      WITH changed AS (
        UPDATE alerts a SET \(set) WHERE a.tenant = $1 AND a.alert_id = $2 AND NOT (\(forbidden))
        RETURNING a.*
      ), counted AS MATERIALIZED (
        SELECT tenant, tocsin_day_of(alert_id) AS day, campaign_id, alert_type, severity,
          0 AS fired, \(acknowledged) AS acknowledged, \(resolved) AS resolved
        FROM changed
      ), \(Rollups.expressions), noted AS (
        INSERT INTO alert_changes (change_id, envelope) SELECT $5::uuid, $6::text FROM changed
      )
      SELECT acknowledged_at, acknowledged_by, resolved_at, resolved_by FROM changed
      """, name: name)
  }
}
