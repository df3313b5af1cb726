-- Reads one rule.
--
-- $1: tenant. $2: rule.
-- Columns: its stored form; no row where there is none.
SELECT rule FROM rules WHERE tenant = $1 AND rule_id = $2
