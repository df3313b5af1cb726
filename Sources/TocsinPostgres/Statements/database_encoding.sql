-- Reads in which encoding the database stores text.
--
-- Columns: database, encoding.
SELECT datname, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()
