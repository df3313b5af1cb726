import PostgresClient

/// The statements of ``PostgresDeliveryStore`` that have one shape only.
enum DeliveryStatements {
  /// How many are unfinished, how many dead, and for how many milliseconds the oldest has been unfinished: of at most
  /// 100,000 each, since a figure that is asked for every few seconds must not cost more the worse things are.
  static let backlog = PostgresStatement(
    """
    SELECT waiting.number, dead.number, waiting.oldest FROM (
      SELECT count(*) AS number,
        coalesce(extract(epoch FROM clock_timestamp() - min(patience_from) FILTER (WHERE isfinite(patience_from))) * 1000, 0)::bigint AS oldest
      FROM (SELECT d.patience_from FROM delivery_queue d LIMIT 100000) counted
    ) waiting, (
      SELECT count(*) AS number FROM (SELECT FROM deliveries d WHERE d.state = 'dead' LIMIT 100000) counted
    ) dead
    """, name: "delivery.backlog")

  /// Notes which receivers a node knows, and gives up what nobody has known for so long: names, milliseconds. At most
  /// a thousand rows, without waiting for any.
  static let reportReceivers = PostgresStatement(
    """
    WITH RECURSIVE moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now, clock_timestamp() - $2::bigint * interval '1 millisecond' AS past
    ), known AS (
      INSERT INTO known_receivers (receiver, seen_at) SELECT name, now FROM unnest($1::text[]) AS name, moment
      ON CONFLICT (receiver) DO UPDATE SET seen_at = excluded.seen_at
    ), step AS (
      (SELECT d.receiver FROM delivery_queue d ORDER BY d.receiver LIMIT 1)
      UNION ALL
      SELECT next.* FROM step CROSS JOIN LATERAL (
        SELECT d.receiver FROM delivery_queue d WHERE d.receiver > step.receiver ORDER BY d.receiver LIMIT 1
      ) next
    ), unknown AS MATERIALIZED (
      SELECT due.delivery_id FROM step CROSS JOIN LATERAL (
        SELECT d.delivery_id FROM delivery_queue d
        WHERE d.receiver = step.receiver AND d.due_at <= (SELECT past FROM moment)
        LIMIT 1000 FOR UPDATE OF d SKIP LOCKED
      ) due
      WHERE step.receiver <> ALL ($1::text[])
        AND (
          SELECT true FROM known_receivers k
          WHERE k.receiver = step.receiver AND k.seen_at > (SELECT past FROM moment) LIMIT 1
        ) IS NULL
      LIMIT 1000
    ), \(LeaseStatements.ended(from: "unknown", error: "no node knows this receiver"))
    SELECT tenant, alert_id, sequence FROM ended
    """, name: "delivery.receivers")

  /// Every disabled target.
  static let disabled = PostgresStatement(
    "SELECT receiver, target, reason FROM disabled_targets", name: "delivery.disabled")

  /// Disables: receiver, target, reason. The first reason stays until the target is enabled.
  static let disable = PostgresStatement(
    """
    INSERT INTO disabled_targets (receiver, target, reason) VALUES ($1, $2, $3)
    ON CONFLICT (receiver, target) DO NOTHING
    """, name: "delivery.disable")

  /// Enables: receiver, target.
  static let enable = PostgresStatement(
    "DELETE FROM disabled_targets WHERE receiver = $1 AND target = $2", name: "delivery.enable")
}
