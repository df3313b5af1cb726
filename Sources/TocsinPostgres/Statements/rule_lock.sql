-- Locks the number of the newest change until the transaction ends: writers take turns.
--
-- Columns: the number, the time.
SELECT version, clock_timestamp() FROM rule_version FOR UPDATE
