-- Reads this role, and the owner of the tables, or of the database where there are none.
--
-- Columns: role, owner.
SELECT current_user, pg_get_userbyid(coalesce(
  (SELECT relowner FROM pg_class WHERE oid = to_regclass('schema_migrations')), d.datdba))
FROM pg_database d WHERE d.datname = current_database()
