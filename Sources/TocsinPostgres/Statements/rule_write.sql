-- Writes a rule and its change.
--
-- $1: number of the change. $2: tenant. $3: rule. $4: stored form. $5: action. $6: actor. $7: time. $8, $9: wire form before
-- (or NULL) and after.
WITH numbered AS (
  UPDATE rule_version SET version = $1
), stored AS (
  INSERT INTO rules (version, tenant, rule_id, rule) VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant, rule_id) DO UPDATE SET version = excluded.version, rule = excluded.rule
)
INSERT INTO rule_changes (version, tenant, rule_id, action, actor, at, before, after)
VALUES ($1, $2, $3, $5, $6, $7, $8, $9)
