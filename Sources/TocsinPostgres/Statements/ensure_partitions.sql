-- Makes the weekly partitions of a table that are missing.
--
-- $1: table. $2: how many weeks ahead.
-- Columns: how many were made.
SELECT tocsin_ensure_partitions($1::text, $2::integer)
