-- Takes changes that were announced from the outbox.
--
-- $1: their ids.
DELETE FROM alert_changes WHERE change_id = ANY ($1::uuid[])
