-- Lets one node at a time register, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('tocsin.nodes'))
