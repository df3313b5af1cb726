-- Inserts alerts, and then deliveries of those that were inserted, leased unless they are to wait.
--
-- $1 to $20: as in Library/inserted.sql. $21 to $28: arrays of one length, one a column of planned deliveries.
-- $29: whether each waits. $30: the node that leases them. $31: for how many microseconds.
-- Columns: the id of each alert that was inserted.
WITH
-- uses: inserted
, planned AS (
  INSERT INTO delivery_queue (tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel,
    state, locked_by, due_at)
  SELECT planned.tenant, planned.alert_id, planned.delivery_id, planned.cause, planned.sequence, planned.receiver,
    planned.target, planned.channel, CASE WHEN waits THEN 'pending' ELSE 'sending' END,
    CASE WHEN waits THEN NULL ELSE $30::text END,
    clock_timestamp() + CASE WHEN waits THEN 0 ELSE $31::bigint END * interval '1 microsecond'
  FROM inserted JOIN unnest($21::text[], $22::uuid[], $23::uuid[], $24::text[], $25::int8[], $26::text[], $27::text[],
    $28::text[], $29::bool[])
    AS planned (tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel, waits)
    USING (tenant, alert_id)
  ON CONFLICT DO NOTHING
)
SELECT alert_id FROM inserted
