-- Finds the rights on tables that the role lacks.
--
-- $1, $2: tables and rights, arrays of one length.
-- Columns: table, missing rights.
SELECT needed.name, string_agg(needed.permission, ', ' ORDER BY needed.place)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (name, permission, place)
WHERE to_regclass(needed.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(needed.name), needed.permission)
GROUP BY needed.name ORDER BY min(needed.place)
