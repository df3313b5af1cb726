-- Inserts alerts without deliveries: what that costs must not depend on what deliveries would.
--
-- $1 to $20: as in Library/inserted.sql.
-- Columns: how many were inserted.
WITH
-- uses: inserted
SELECT count(*) FROM inserted
