-- Notes that a migration was applied.
--
-- $1: version. $2: name. $3: text. $4: oldest release.
INSERT INTO schema_migrations (version, name, checksum, oldest_release)
VALUES ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'), $4)
