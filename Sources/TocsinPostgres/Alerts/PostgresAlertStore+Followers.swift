import PostgresClient
import TocsinCore

extension PostgresAlertStore {
  /// Changes an alert that has deliveries, and then these: one transaction. When the last statement begins, the alert's
  /// row and those of its deliveries are locked: it sees every fallback that was added and every delivery that ended
  /// before, and there is none behind its back.
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
      let alerts = AlertSet([AlertKey(tenant: tenant, id: alert.alertID)])
      _ = try await connection.execute(SettleStatements.lock, alerts.names)
      let leased = try await connection.execute(Self.following, following).rows.map { DeliveryID(try $0.uuid(0)) }
      applied.leased = planned.filter { leased.contains($0.id) }
      if action == .resolve {
        // Of what was cancelled the status says nothing any more.
        let after = try await connection.execute(
          AlertStatements.one, [.text(tenant.rawValue), .uuid(alert.alertID.uuid)]
        ).rows.first
        if let after { applied.alert = try Alert.withStatus(after) }
      }
      return applied
    }
  }

  /// Tenant, alert, whether it is resolved, ``PlannedRows``, node, length of the lease. Cancels what nobody can have
  /// seen, and adds what is due to those who have, or may yet.
  private static let following = PostgresStatement(
    """
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), cancelled AS (
      DELETE FROM delivery_queue d
      WHERE d.tenant = $1 AND d.alert_id = $2 AND $3::bool AND d.state IN ('pending', 'retrying') AND NOT d.arrived
      RETURNING \(DeliveryColumns.moved(of: "d"))
    ), kept AS (
      INSERT INTO deliveries (\(DeliveryColumns.moved), state, finished_at)
      SELECT cancelled.*, 'cancelled', now FROM cancelled CROSS JOIN moment ON CONFLICT DO NOTHING
    ), told AS (
      SELECT receiver, target, min(sequence) AS first, min(sequence) FILTER (WHERE is_open) AS unfinished
      FROM (
        SELECT d.receiver, d.target, d.sequence, true AS is_open FROM delivery_queue d
        WHERE d.tenant = $1 AND d.alert_id = $2 AND d.delivery_id NOT IN (SELECT delivery_id FROM cancelled)
        UNION ALL
        SELECT d.receiver, d.target, d.sequence, false FROM deliveries d
        WHERE d.tenant = $1 AND d.alert_id = $2 AND (d.state = 'delivered' OR d.state = 'dead' AND d.arrived)
      ) d
      GROUP BY receiver, target
    ), added AS (
      INSERT INTO delivery_queue (\(PlannedRows.columns), state, locked_by, due_at)
      SELECT \(PlannedRows.values), CASE WHEN waits THEN 'pending' ELSE 'sending' END,
        CASE WHEN waits THEN NULL ELSE $12::text END,
        now + CASE WHEN waits THEN 0 ELSE $13::bigint END * interval '1 microsecond'
      FROM \(PlannedRows.relation(from: 4)) JOIN told USING (receiver, target)
      CROSS JOIN LATERAL (SELECT coalesce(told.unfinished < planned.sequence, false) AS waits) earlier CROSS JOIN moment
      WHERE told.first < planned.sequence
      ORDER BY planned.delivery_id
      ON CONFLICT DO NOTHING
      RETURNING delivery_id, state
    )
    SELECT delivery_id FROM added WHERE state = 'sending'
    """, name: "alert.deliveries")
}
