-- Follows a change of an alert with its deliveries: cancels what nobody can have seen, and adds what is due to those who
-- have seen the alert, or may yet. Runs after the alert's row and those of its deliveries were locked.
--
-- $1: tenant. $2: alert. $3: whether it is resolved. $4 to $11: arrays of one length, one a column of planned deliveries.
-- $12: the node that leases them. $13: for how many microseconds.
-- Columns: the id of each delivery that was added and leased.
WITH moment AS MATERIALIZED (
  SELECT clock_timestamp() AS now
), cancelled AS (
  DELETE FROM delivery_queue d
  WHERE d.tenant = $1 AND d.alert_id = $2 AND $3::bool AND d.state IN ('pending', 'retrying') AND NOT d.arrived
  RETURNING d.tenant, d.alert_id, d.delivery_id, d.cause, d.sequence, d.receiver, d.target, d.channel, d.attempts,
    d.arrived, d.created_at, d.last_error, d.history
), kept AS (
  INSERT INTO deliveries (tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel, attempts, arrived,
    created_at, last_error, history, state, finished_at)
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
  INSERT INTO delivery_queue (tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel,
    state, locked_by, due_at)
  SELECT planned.tenant, planned.alert_id, planned.delivery_id, planned.cause, planned.sequence, planned.receiver,
    planned.target, planned.channel, CASE WHEN waits THEN 'pending' ELSE 'sending' END,
    CASE WHEN waits THEN NULL ELSE $12::text END,
    now + CASE WHEN waits THEN 0 ELSE $13::bigint END * interval '1 microsecond'
  FROM unnest($4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::int8[], $9::text[], $10::text[], $11::text[])
    AS planned (tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel)
  JOIN told USING (receiver, target)
  CROSS JOIN LATERAL (SELECT coalesce(told.unfinished < planned.sequence, false) AS waits) earlier CROSS JOIN moment
  WHERE told.first < planned.sequence
  ORDER BY planned.delivery_id
  ON CONFLICT DO NOTHING
  RETURNING delivery_id, state
)
SELECT delivery_id FROM added WHERE state = 'sending'
