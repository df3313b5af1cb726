-- Finds the schema of the tables where the role may not use it: its tables look as if they were not there.
--
-- Columns: schema; no row where the role may use it.
SELECT n.nspname FROM unnest(string_to_array(current_setting('search_path'), ',')) WITH ORDINALITY AS s (name, place)
JOIN pg_namespace n ON n.nspname = replace(btrim(s.name, ' "'), '$user', current_user)
JOIN pg_class c ON c.relnamespace = n.oid
WHERE c.relname = 'schema_migrations' AND c.relkind = 'r' AND NOT has_schema_privilege(n.oid, 'USAGE')
ORDER BY s.place LIMIT 1
