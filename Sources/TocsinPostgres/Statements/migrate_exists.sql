-- Looks whether any migration was applied.
--
-- Columns: whether there is a table of them.
SELECT to_regclass('schema_migrations') IS NOT NULL
