#!lua flags=allow-oom
-- Announces alerts that are in the journal. Runs even where memory is short: an alert only moves, and what was claimed
-- before has to be announced.
--
-- KEYS: epoch, events, newest event, journal, its times.
-- ARGV: epoch, channel, length of the log, alert ids.
-- Returns how many were announced.
-- uses: take
local ids, refused = take()
if not ids then return refused end
return publish()
