-- Reads all rules beside the newest number; one statement, hence of one moment.
--
-- Columns: the newest number, tenant, rule, number of its newest change, stored form; one row of NULLs behind the first
-- column where there are no rules.
SELECT v.version, r.tenant, r.rule_id, r.version, r.rule
FROM rule_version v LEFT JOIN rules r ON true ORDER BY r.tenant, r.rule_id
