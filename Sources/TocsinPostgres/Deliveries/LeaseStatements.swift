import PostgresClient
import TocsinCore

/// The statements that lease deliveries. All rows are those of `delivery_queue`, locked in the order of their ids.
enum LeaseStatements {
  /// How many rows one ``take`` takes at most. It stands in the text, since a planner that does not know how few rows
  /// are wanted would expect a tenth of all, and read and sort them.
  static let largestTake = 1000

  /// Takes what is due: limit; receivers, targets, how many of each and for how many milliseconds they must have been
  /// due, four arrays of one length; node, length of the lease. Each target is looked up by itself, so that what waits for one is never read for another.
  ///
  /// Who held a lease that ran out may have tried: such rows count as arrived. Whether an earlier delivery to the same
  /// target is unfinished is looked up row by row, as far as the limit reaches; a join would look at all. Locked rows
  /// are passed over, so the order in which these are locked makes nobody wait. So is what a newer release wrote and
  /// this one cannot send.
  static let take = PostgresStatement(
    """
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), due AS MATERIALIZED (
      SELECT page.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
        AS wanted (receiver, target, room, overdue)
      CROSS JOIN LATERAL (
        SELECT * FROM (
          SELECT d.delivery_id, d.due_at FROM delivery_queue d
          WHERE d.receiver = wanted.receiver AND d.target = wanted.target
            AND d.due_at <= (SELECT now FROM moment) - wanted.overdue * interval '1 millisecond'
            AND \(isKnownCause) AND d.state IN ('pending', 'sending', 'retrying')
            AND (d.sequence = 0 OR (
              SELECT true FROM delivery_queue e
              WHERE e.tenant = d.tenant AND e.alert_id = d.alert_id AND e.receiver = d.receiver AND e.target = d.target
                AND e.sequence < d.sequence
              LIMIT 1
            ) IS NULL)
          ORDER BY d.due_at LIMIT \(largestTake) FOR UPDATE OF d SKIP LOCKED
        ) due LIMIT wanted.room
      ) page LIMIT $1
    ), taken AS (
      UPDATE delivery_queue d SET arrived = d.arrived OR d.state = 'sending', state = 'sending', locked_by = $6::text,
        due_at = moment.now + $7::bigint * interval '1 microsecond'
      FROM due CROSS JOIN moment WHERE d.delivery_id = due.delivery_id
      RETURNING \(DeliveryColumns.planned.map { "d.\($0)" }.joined(separator: ", ")), d.tenant, d.attempts,
        CASE WHEN isfinite(d.patience_from) THEN (extract(epoch FROM moment.now - d.patience_from) * 1000)::bigint
          ELSE 0 END AS age, d.arrived, d.patience_from, due.due_at AS was_due,
        (d.history #> '{-1,progress}')::text AS progress
    )
    SELECT * FROM taken ORDER BY was_due
    """, name: "delivery.take")

  /// Whether this release knows a row's cause: the kind, and behind it perhaps a step (``DeliveryCause``).
  private static let isKnownCause = """
    (d.cause IN (\(kinds.map { "'\($0)'" }.joined(separator: ", ")))
              OR d.cause ~ '^(\(kinds.joined(separator: "|"))):[1-9][0-9]{0,3}$')
    """
  private static let kinds = DeliveryCause.Kind.allCases.map(\.rawValue)

  /// Every target that something waits for, found by as many steps along the index as there are targets.
  static let queuedTargets = PostgresStatement(
    """
    WITH RECURSIVE step AS (
      (SELECT d.receiver, d.target FROM delivery_queue d ORDER BY d.receiver, d.target LIMIT 1)
      UNION ALL
      SELECT next.* FROM step CROSS JOIN LATERAL (
        SELECT d.receiver, d.target FROM delivery_queue d
        WHERE (d.receiver, d.target) > (step.receiver, step.target) ORDER BY d.receiver, d.target LIMIT 1
      ) next
    )
    SELECT receiver, target FROM step
    """, name: "delivery.targets")

  /// Cancels those deliveries that this node holds and that never got as far as the other side, and with each all that
  /// waits behind it: ids, node. Of whole alerts, whose rows have to be locked before (``SettleStatements/lock``).
  static let cancel = PostgresStatement(
    """
    WITH held AS MATERIALIZED (
      \(held)
    ), cancelled AS (
      DELETE FROM delivery_queue d USING held WHERE d.delivery_id = held.delivery_id AND NOT d.arrived
      RETURNING \(DeliveryColumns.moved(of: "d"))
    ), followers AS (
      DELETE FROM delivery_queue d USING cancelled c
      WHERE d.tenant = c.tenant AND d.alert_id = c.alert_id AND d.receiver = c.receiver AND d.target = c.target
        AND d.sequence > c.sequence AND d.state IN ('pending', 'retrying') AND NOT d.arrived
      RETURNING \(DeliveryColumns.moved(of: "d"))
    ), kept AS (
      INSERT INTO deliveries (\(DeliveryColumns.moved), state, finished_at)
      SELECT ended.*, 'cancelled', clock_timestamp()
      FROM (SELECT * FROM cancelled UNION ALL SELECT * FROM followers) ended ON CONFLICT DO NOTHING
    )
    SELECT delivery_id FROM cancelled
    """, name: "delivery.cancel")

  /// Gives up what this node holds, and whose alert is gone: ids, node.
  static let bury = PostgresStatement(
    """
    WITH held AS MATERIALIZED (
      \(held)
    ), \(ended(from: "held", error: "the alert is gone"))
    SELECT count(*) FROM ended
    """, name: "delivery.bury")

  /// Prolongs leases: ids, node, length of the lease.
  static let renew = leased(
    name: "delivery.renew", set: "due_at = clock_timestamp() + $3::bigint * interval '1 microsecond'")

  /// Lets go: ids, node, milliseconds.
  static let release = leased(
    name: "delivery.release",
    set: """
      due_at = clock_timestamp() + $3::bigint * interval '1 millisecond', locked_by = NULL,
        state = CASE WHEN d.attempts = 0 THEN 'pending' ELSE 'retrying' END
      """)

  /// Gives rows and what waits behind them another target: ids, node, target, the causes that it is told,
  /// by their places. Of whole alerts, whose rows have to be
  /// locked before (``SettleStatements/lock``).
  static let retarget = PostgresStatement(
    """
    WITH held AS MATERIALIZED (
      \(held)
    )
    UPDATE delivery_queue d SET target = $3::text, due_at = clock_timestamp(), locked_by = NULL,
      state = CASE WHEN d.attempts = 0 THEN 'pending' ELSE 'retrying' END
    FROM held JOIN delivery_queue first USING (delivery_id)
    WHERE d.tenant = first.tenant AND d.alert_id = first.alert_id AND d.receiver = first.receiver
      AND d.target = first.target AND (d.delivery_id = first.delivery_id OR d.locked_by IS NULL)
      AND greatest(d.sequence, \(DeliveryCause.fallback.sequence)) = ANY ($4::bigint[])
      AND \(isFree(in: "delivery_queue")) AND \(isFree(in: "deliveries"))
    RETURNING d.delivery_id
    """, name: "delivery.retarget")

  /// Whether the other target has no row in that table of the same alert and cause; the first two causes count as one.
  private static func isFree(in table: String) -> String {
    """
    (
        SELECT true FROM \(table) e
        WHERE e.tenant = d.tenant AND e.alert_id = d.alert_id AND e.receiver = d.receiver AND e.target = $3
          AND greatest(e.sequence, \(DeliveryCause.fallback.sequence))
            = greatest(d.sequence, \(DeliveryCause.fallback.sequence))
        LIMIT 1
      ) IS NULL
    """
  }

  /// Changes those of the named rows whose lease this node holds.
  private static func leased(name: String, set: String) -> PostgresStatement {
    PostgresStatement(
      """
      WITH held AS MATERIALIZED (
        \(held)
      )
      UPDATE delivery_queue d SET \(set) FROM held WHERE d.delivery_id = held.delivery_id RETURNING d.delivery_id
      """, name: name)
  }

  private static let held = """
    SELECT d.delivery_id FROM delivery_queue d WHERE d.delivery_id = ANY ($1::uuid[]) AND d.locked_by = $2
    ORDER BY d.delivery_id FOR UPDATE
    """

  /// Two common table expressions that make the rows of another one dead without an attempt; the first is `ended`.
  static func ended(from relation: String, error: String) -> String {
    """
    ended AS (
      DELETE FROM delivery_queue d USING \(relation) WHERE d.delivery_id = \(relation).delivery_id
      RETURNING \(DeliveryColumns.moved(of: "d")), d.state
    ), kept AS (
      INSERT INTO deliveries (\(DeliveryColumns.moved), state, finished_at)
      SELECT \(PlannedRows.columns), attempts, arrived OR state = 'sending', created_at, '\(error)', history, 'dead',
        clock_timestamp()
      FROM ended ON CONFLICT DO NOTHING
    )
    """
  }
}
