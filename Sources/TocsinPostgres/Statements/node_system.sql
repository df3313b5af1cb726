-- Reads the number of the server's data, which replicas and backups share. Some providers allow it to nobody.
--
-- Columns: the number.
SELECT system_identifier::text FROM pg_control_system()
