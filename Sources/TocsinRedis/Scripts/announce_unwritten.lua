#!lua flags=allow-oom
-- Announces alerts that are in the journal, and keeps them in unwritten until PostgreSQL has them. Runs even where memory
-- is short, as announce_alerts does.
--
-- KEYS: epoch, events, newest event, journal, its times, unwritten, its times.
-- ARGV: epoch, channel, length of the log, alert ids.
-- Returns how many were announced.
-- uses: now, take
local wrong = foreign(KEYS[6], 'hash') or foreign(KEYS[7], 'zset')
if wrong then return wrong end
local ids, envelopes = take()
if not ids then return envelopes end
for i, id in ipairs(ids) do
  redis.call('HSET', KEYS[6], id, envelopes[i])
  redis.call('ZADD', KEYS[7], now, id)
end
return publish()
