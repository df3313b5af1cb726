-- Lets one migrator at a time work, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('tocsin.migrations'))
