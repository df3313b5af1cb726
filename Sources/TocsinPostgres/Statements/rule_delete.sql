-- Deletes a rule and keeps its change.
--
-- $1: number of the change. $2: tenant. $3: rule. $4: actor. $5: time. $6: wire form before.
WITH numbered AS (
  UPDATE rule_version SET version = $1
), deleted AS (
  DELETE FROM rules WHERE tenant = $2 AND rule_id = $3
)
INSERT INTO rule_changes (version, tenant, rule_id, action, actor, at, before)
VALUES ($1, $2, $3, 'delete', $4, $5, $6)
