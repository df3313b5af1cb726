-- Reads the changes of one rule, newest first.
--
-- $1: tenant. $2: rule. $3: how many at most. $4: only those with a lower number.
-- Columns: number, action, actor, time, wire form before and after.
SELECT version, action, actor, at, before, after FROM rule_changes
WHERE tenant = $1 AND rule_id = $2 AND version < $4 ORDER BY version DESC LIMIT $3
