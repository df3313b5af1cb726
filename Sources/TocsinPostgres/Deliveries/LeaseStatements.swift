import PostgresClient
import TocsinCore

/// The statements that lease deliveries.
enum LeaseStatements {
  /// How many rows one ``take`` takes at most. It stands in the text, since a planner that does not know how few rows
  /// are wanted would expect a tenth of all, and read and sort them.
  static let largestTake = 1000

  /// Takes what is due: limit, receivers, node, length of the lease.
  ///
  /// Who held a lease that ran out may have tried: such rows count as arrived. Whether an earlier delivery to the same
  /// target is unfinished, and whether the alert is there, is looked up row by row, as far as the limit reaches; a
  /// join would look at all. That a row is locked and its target reread is what makes it this node's alone.
  static let take = PostgresStatement(
    """
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), due AS MATERIALIZED (
      SELECT * FROM (
        SELECT d.tenant, d.alert_id, d.delivery_id, d.due_at, (
          SELECT true FROM alerts a WHERE a.tenant = d.tenant AND a.alert_id = d.alert_id LIMIT 1
        ) AS has_alert
        FROM deliveries d
        WHERE d.finished_at IS NULL AND d.due_at <= (SELECT now FROM moment) AND d.receiver = ANY ($2::text[])
          AND (d.sequence = 0 OR (
            SELECT true FROM deliveries e
            WHERE e.tenant = d.tenant AND e.alert_id = d.alert_id AND e.receiver = d.receiver AND e.target = d.target
              AND e.sequence < d.sequence AND e.finished_at IS NULL
            LIMIT 1
          ) IS NULL)
        ORDER BY d.due_at LIMIT \(largestTake) FOR UPDATE OF d SKIP LOCKED
      ) page LIMIT $1
    ), taken AS (
      UPDATE deliveries d SET
        arrived = d.arrived OR d.state = 'sending',
        state = CASE WHEN due.has_alert THEN 'sending' ELSE 'dead' END,
        locked_by = CASE WHEN due.has_alert THEN $3::text END,
        due_at = CASE WHEN due.has_alert THEN moment.now + $4::bigint * interval '1 microsecond' END,
        finished_at = CASE WHEN due.has_alert THEN NULL ELSE moment.now END,
        last_error = CASE WHEN due.has_alert THEN d.last_error ELSE 'the alert is gone' END
      FROM due CROSS JOIN moment WHERE \(DeliveryKeys.match("due"))
      RETURNING \(list("d", DeliveryColumns.planned)), d.tenant, d.attempts,
        (extract(epoch FROM moment.now - d.patience_from) * 1000)::bigint AS age, d.state, due.due_at AS was_due
    )
    SELECT alert.*, \(list("t", DeliveryColumns.planned)), t.tenant, t.attempts, t.age FROM taken t
    CROSS JOIN LATERAL (
      SELECT \(AlertColumns.list(of: "a")) FROM alerts a WHERE a.tenant = t.tenant AND a.alert_id = t.alert_id LIMIT 1
    ) alert
    WHERE t.state = 'sending' ORDER BY t.was_due
    """, name: "delivery.take")

  /// Prolongs leases: ids, lowest and upper bound of their alerts, node, length of the lease.
  static let renew = leased(
    name: "delivery.renew", set: "due_at = clock_timestamp() + $5::bigint * interval '1 microsecond'")

  /// Lets go: ids, lowest and upper bound of their alerts, node, milliseconds.
  static let release = leased(
    name: "delivery.release",
    set: """
      due_at = clock_timestamp() + $5::bigint * interval '1 millisecond', locked_by = NULL,
        state = CASE WHEN d.attempts = 0 THEN 'pending' ELSE 'retrying' END
      """)

  /// Changes those of the named rows whose lease this node holds, in the order of their keys.
  private static func leased(name: String, set: String) -> PostgresStatement {
    PostgresStatement(
      """
      WITH held AS MATERIALIZED (
        SELECT d.tenant, d.alert_id, d.delivery_id FROM deliveries d
        WHERE d.state = 'sending' AND d.locked_by = $4 AND d.delivery_id = ANY ($1::uuid[])
          AND d.alert_id >= $2 AND d.alert_id < $3
        ORDER BY d.tenant, d.alert_id, d.delivery_id FOR UPDATE
      )
      UPDATE deliveries d SET \(set) FROM held WHERE \(DeliveryKeys.match("held")) RETURNING d.delivery_id
      """, name: name)
  }

  private static func list(_ table: String, _ columns: [String]) -> String {
    columns.map { "\(table).\($0)" }.joined(separator: ", ")
  }
}
