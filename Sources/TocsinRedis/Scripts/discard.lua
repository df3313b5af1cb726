#!lua flags=allow-oom
-- Moves entries that nobody can read to the dead letters.
--
-- KEYS: epoch, journal, its times, unwritten, its times, dead letters, former dead letters.
-- ARGV: epoch, reason, how many dead letters to keep, ids.
-- uses: epoch, entomb
for i = 4, #ARGV do entomb(ARGV[i], ARGV[2], ARGV[3]) end
