import PostgresClient
import TocsinCore

/// The statements that write down what came of attempts.
enum SettleStatements {
  /// Locks those alerts that are not resolved, in the order of their keys, against being resolved: tenants, alerts,
  /// the first and the last one.
  static let lockOpenAlerts = PostgresStatement(
    """
    SELECT a.alert_id FROM alerts a
    WHERE a.tenant = ANY ($1::text[]) AND a.alert_id = ANY ($2::uuid[]) AND a.alert_id >= $3 AND a.alert_id <= $4
      AND NOT a.resolved
    ORDER BY a.tenant, a.alert_id FOR SHARE
    """, name: "delivery.settle.alerts")

  /// Locks all deliveries of alerts in the order of their keys: tenants, alerts, the first and the last one.
  static let lock = PostgresStatement(
    """
    SELECT FROM deliveries d
    WHERE d.tenant = ANY ($1::text[]) AND d.alert_id = ANY ($2::uuid[]) AND d.alert_id >= $3 AND d.alert_id <= $4
    ORDER BY d.tenant, d.alert_id, d.delivery_id FOR UPDATE
    """, name: "delivery.settle.lock")

  /// ``ResultRows``, node, ``FallbackRows``. Gives the state of each delivery that counts for the alerts' status,
  /// before and after.
  static let settle = PostgresStatement(
    """
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), result AS MATERIALIZED (
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::bool[], $6::bigint[], $7::text[],
        $8::jsonb[]) AS r (tenant, alert_id, delivery_id, state, arrived, wait, error, entry)
    ), settled AS (
      UPDATE deliveries d SET
        state = result.state,
        attempts = d.attempts + 1,
        arrived = d.arrived OR result.arrived,
        due_at = CASE WHEN result.state = 'retrying' THEN now + result.wait * interval '1 microsecond' END,
        finished_at = CASE WHEN result.state = 'retrying' THEN NULL ELSE now END,
        locked_by = NULL,
        last_error = coalesce(result.error, d.last_error),
        history = CASE WHEN jsonb_array_length(d.history) < \(Delivery.keptAttempts) THEN d.history ELSE d.history - 0 END
          || (result.entry || jsonb_build_object(
            'number', d.attempts + 1, 'at', (extract(epoch FROM now) * 1000)::bigint, 'node', $9::text))
      FROM result CROSS JOIN moment
      WHERE \(DeliveryKeys.match("result")) AND d.finished_at IS NULL
        AND (result.state = 'delivered' OR d.state = 'sending' AND d.locked_by = $9)
      RETURNING d.tenant, d.alert_id, d.delivery_id, d.state
    ), added AS (
      INSERT INTO deliveries (\(PlannedRows.columns), state, due_at)
      SELECT \(PlannedRows.values), 'pending', now
      FROM \(PlannedRows.relation(from: 10, ("source", "uuid")))
      JOIN settled ON settled.tenant = planned.tenant AND settled.delivery_id = planned.source CROSS JOIN moment
      WHERE (
        SELECT true FROM deliveries e
        WHERE e.tenant = planned.tenant AND e.alert_id = planned.alert_id AND e.receiver = planned.receiver
          AND e.target = planned.target
        LIMIT 1
      ) IS NULL
      ORDER BY planned.tenant, planned.alert_id, planned.delivery_id
      ON CONFLICT DO NOTHING
      RETURNING tenant, alert_id, channel
    )
    SELECT d.tenant, d.alert_id, d.channel, d.state, coalesce(settled.state, d.state)
    FROM deliveries d LEFT JOIN settled USING (tenant, alert_id, delivery_id)
    WHERE d.sequence <= \(DeliveryCause.fallback.sequence) AND \(DeliveryKeys.alerts(of: "result"))
    UNION ALL
    SELECT tenant, alert_id, channel, NULL, 'pending' FROM added
    """, name: "delivery.settle")
}
