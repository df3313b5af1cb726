import PostgresClient
import TocsinCore

extension PostgresAlertStore {
  /// Changes an alert that has deliveries, and then these: one transaction. The second statement begins when the
  /// alert's row is locked, so it sees every fallback that was added before, and none is added behind it.
  func changeWithDeliveries(
    _ alert: Alert, by action: AlertAction, change: AlertChange, _ parameters: [PostgresValue],
    planned: [PlannedDelivery], tenant: Tenant
  ) async throws(StoreError) -> AppliedAction? {
    var rows = PlannedRows()
    for delivery in planned { rows.append(delivery, tenant: tenant) }
    let following: [PostgresValue] =
      [.text(tenant.rawValue), .uuid(alert.alertID.uuid), .bool(action == .resolve)] + rows.parameters
      + [.text(lease.node), lease.microseconds]
    return try await writers.inTransaction { connection in
      let changed = try await connection.execute(Self.changing(action), parameters).rows.first
      guard var applied = try Self.applied(change, to: alert, changed) else { return nil }
      let leased = try await connection.execute(Self.following, following).rows.map { DeliveryID(try $0.uuid(0)) }
      applied.leased = planned.filter { leased.contains($0.id) }
      if action == .resolve {
        // Of what was cancelled the status says nothing any more.
        let after = try await connection.execute(
          AlertStatements.one, [.text(tenant.rawValue), .uuid(alert.alertID.uuid)]
        ).rows.first
        if let after { applied.alert = try AlertColumns.read(after) }
      }
      return applied
    }
  }

  /// Tenant, alert, whether it is resolved, ``PlannedRows``, node, length of the lease. Cancels what nobody can have
  /// seen, and adds what is due to those who have, or may yet.
  ///
  /// `held` locks all deliveries of the alert in the order of their keys, and has them as they are when they are
  /// locked; all else is decided by it.
  private static let following = PostgresStatement(
    """
    WITH held AS MATERIALIZED (
      SELECT d.delivery_id, d.receiver, d.target, d.sequence, d.state, d.arrived,
        $3::bool AND d.state IN ('pending', 'retrying') AND NOT d.arrived AS unseen
      FROM deliveries d WHERE d.tenant = $1 AND d.alert_id = $2
      ORDER BY d.delivery_id FOR UPDATE
    ), cancelled AS (
      UPDATE deliveries d SET state = 'cancelled', finished_at = clock_timestamp(), due_at = NULL
      WHERE d.tenant = $1 AND d.alert_id = $2 AND d.delivery_id IN (SELECT delivery_id FROM held WHERE unseen)
    ), told AS (
      SELECT receiver, target, min(sequence) AS first,
        min(sequence) FILTER (WHERE state IN ('pending', 'sending', 'retrying')) AS unfinished
      FROM held WHERE NOT unseen AND (state NOT IN ('cancelled', 'dead') OR state = 'dead' AND arrived)
      GROUP BY receiver, target
    ), added AS (
      INSERT INTO deliveries (\(PlannedRows.columns), state, locked_by, due_at)
      SELECT \(PlannedRows.values), CASE WHEN waits THEN 'pending' ELSE 'sending' END,
        CASE WHEN waits THEN NULL ELSE $12::text END,
        clock_timestamp() + CASE WHEN waits THEN 0 ELSE $13::bigint END * interval '1 microsecond'
      FROM \(PlannedRows.relation(from: 4)) JOIN told USING (receiver, target)
      CROSS JOIN LATERAL (SELECT coalesce(told.unfinished < planned.sequence, false) AS waits) earlier
      WHERE told.first < planned.sequence
      ON CONFLICT DO NOTHING
      RETURNING delivery_id, state
    )
    SELECT delivery_id FROM added WHERE state = 'sending'
    """, name: "alert.deliveries")
}
