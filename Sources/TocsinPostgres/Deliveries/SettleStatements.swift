import PostgresClient
import TocsinCore

/// The statements that write down what came of attempts.
enum SettleStatements {
  /// Locks those alerts that are not resolved, in the order of their ids, against being resolved: ``AlertSet``.
  static let lockOpenAlerts = PostgresStatement(
    """
    SELECT found.alert_id
    FROM \(AlertSet.rows("d.alert_id", of: "alerts", where: "NOT d.resolved", suffix: "FOR SHARE"))
    """, name: "delivery.settle.alerts")

  /// Locks all unfinished deliveries of alerts in the order of their ids: tenants, alerts.
  static let lock = PostgresStatement(
    """
    SELECT FROM \(AlertSet.meant) JOIN delivery_queue d USING (tenant, alert_id)
    ORDER BY d.delivery_id FOR UPDATE OF d
    """, name: "delivery.lock")

  /// ``AlertSet``, ``ResultRows``, node, ``FallbackRows``. Gives the deliveries that count for the alerts' status: each
  /// that was there with its state before, each that ended or was added with its state after.
  static let settle = PostgresStatement(
    """
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), result AS MATERIALIZED (
      SELECT * FROM unnest($5::text[], $6::uuid[], $7::text[], $8::bool[], $9::bigint[], $10::text[], $11::jsonb[])
        AS r (tenant, delivery_id, state, arrived, wait, error, entry)
    ), retried AS (
      UPDATE delivery_queue d SET state = 'retrying', locked_by = NULL,
        due_at = now + result.wait * interval '1 microsecond', attempts = \(attempts), arrived = \(arrived),
        last_error = \(lastError), history = \(history)
      FROM result CROSS JOIN moment
      WHERE \(isMeant) AND result.state = 'retrying' AND d.locked_by = $12
      RETURNING d.delivery_id
    ), ended AS (
      DELETE FROM delivery_queue d USING result CROSS JOIN moment
      WHERE \(isMeant) AND result.state <> 'retrying' AND (result.state = 'delivered' OR d.locked_by = $12)
      RETURNING \(PlannedRows.columns(of: "d")), \(attempts) AS attempts, \(arrived) AS arrived, d.created_at,
        \(lastError) AS last_error, \(history) AS history, result.state, now
    ), kept AS (
      INSERT INTO deliveries (\(DeliveryColumns.moved), state, finished_at) SELECT * FROM ended ON CONFLICT DO NOTHING
    ), counted AS (
      SELECT delivery_id FROM retried UNION ALL SELECT delivery_id FROM ended
    ), added AS (
      INSERT INTO delivery_queue (\(PlannedRows.columns), state, due_at)
      SELECT \(PlannedRows.values), 'pending', now
      FROM \(PlannedRows.relation(from: 13, ("source", "uuid"))) JOIN counted ON counted.delivery_id = planned.source
      CROSS JOIN moment
      WHERE \(isNew(in: "delivery_queue")) AND \(isNew(in: "deliveries"))
      ORDER BY planned.delivery_id
      ON CONFLICT DO NOTHING
      RETURNING tenant, alert_id, delivery_id, channel
    )
    SELECT d.tenant, d.alert_id, d.delivery_id, d.channel, d.state, NULL::text
    FROM \(AlertSet.meant) JOIN delivery_queue d USING (tenant, alert_id) WHERE \(tellsOfFiring)
    UNION ALL
    SELECT meant.tenant, meant.alert_id, found.*, NULL
    FROM \(AlertSet.rows("d.delivery_id, d.channel, d.state", of: "deliveries", where: tellsOfFiring, suffix: "OFFSET 0"))
    UNION ALL
    SELECT d.tenant, d.alert_id, d.delivery_id, d.channel, NULL, d.state FROM ended d WHERE \(tellsOfFiring)
    UNION ALL
    SELECT tenant, alert_id, delivery_id, channel, NULL, 'pending' FROM added
    """, name: "delivery.settle")

  private static let isMeant = "d.delivery_id = result.delivery_id AND d.tenant = result.tenant"
  // What other hands wrote must not make the statement fail, and with it every other result.
  private static let attempts = "(least(d.attempts, 2147483646) + 1)"
  private static let arrived = "(d.arrived OR result.arrived)"
  private static let lastError = "coalesce(result.error, d.last_error)"
  private static let isInRange = "d.alert_id >= $3 AND d.alert_id <= $4"
  private static let tellsOfFiring = "d.sequence <= \(DeliveryCause.fallback.sequence)"

  /// The attempts with this one, without the oldest where there are enough. Only the newest one has a `progress`.
  private static let history = """
    ((CASE WHEN jsonb_typeof(d.history) <> 'array' THEN '[]'
        WHEN jsonb_array_length(d.history) < \(Delivery.keptAttempts) THEN d.history ELSE d.history - 0 END
      #- '{-1,progress}') || (result.entry || jsonb_build_object(
        'number', \(attempts), 'at', (extract(epoch FROM now) * 1000)::bigint, 'node', $12::text)))
    """

  /// Whether the target of `planned` has no row of the alert in that table, nor another target the row that was planned
  /// for it.
  private static func isNew(in table: String) -> String {
    """
    (
        SELECT true FROM \(table) d
        WHERE d.tenant = planned.tenant AND d.alert_id = planned.alert_id AND \(isInRange)
          AND (d.receiver = planned.receiver AND d.target = planned.target OR d.delivery_id = planned.delivery_id)
        LIMIT 1
      ) IS NULL
    """
  }
}
