-- Computes the SHA-256 of texts, as migrate_record.sql does.
--
-- $1: texts.
-- Columns: the checksum of each, in their order.
SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
FROM unnest($1::text[]) WITH ORDINALITY AS file (text, place) ORDER BY place
