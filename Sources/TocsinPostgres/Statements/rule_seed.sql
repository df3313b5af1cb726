-- Notes that a tenant's first rules are there, unless that is noted, or a rule was ever written. One row is affected where
-- it was noted now.
--
-- $1: key of the note. $2: tenant.
INSERT INTO installation (key, value) SELECT $1, 'seeded'
WHERE NOT EXISTS (SELECT FROM rule_changes WHERE tenant = $2) ON CONFLICT (key) DO NOTHING
