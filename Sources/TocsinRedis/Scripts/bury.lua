#!lua flags=allow-oom
-- Moves an alert that PostgreSQL will never take to the dead letters, and ends its cooldown if that is still its own.
--
-- KEYS: epoch, journal, its times, unwritten, its times, dead letters, former dead letters, cooldown.
-- ARGV: epoch, alert id, reason, how many dead letters to keep.
-- uses: epoch, text, entomb
local id = ARGV[2]
entomb(id, ARGV[3], ARGV[4])
local value = text(KEYS[8])
if value and string.match(value, '^1|%d+|([^|]*)|') == id then redis.call('DEL', KEYS[8]) end
