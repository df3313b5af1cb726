-- Reads which migrations were applied.
--
-- Columns: version, name, checksum, oldest release.
SELECT version, name, checksum, oldest_release FROM schema_migrations ORDER BY version
