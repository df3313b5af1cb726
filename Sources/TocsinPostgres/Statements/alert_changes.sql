-- Reads the outbox: changes that were committed a while ago and not announced, oldest first.
--
-- $1: how many milliseconds old at least. $2: how many at most.
-- Columns: id, envelope.
SELECT change_id, envelope FROM alert_changes
WHERE changed_at <= clock_timestamp() - $1::bigint * interval '1 millisecond'
ORDER BY changed_at, change_id LIMIT $2
