#!lua flags=allow-oom
-- Takes a claim back: the alert leaves the journal, and the cooldown before it runs again for the rest of its time.
--
-- KEYS: epoch, journal, its times, cooldown.
-- ARGV: epoch, alert id; the earlier alert's time, id, incarnation, length.
-- uses: epoch, text, foreign, now, lasting
local wrong = foreign(KEYS[2], 'hash') or foreign(KEYS[3], 'zset')
if wrong then return wrong end
local value = text(KEYS[4])
if value and string.match(value, '^1|%d+|([^|]*)|') == ARGV[2] then
  local rest = ARGV[3] + ARGV[6] - now
  if rest > 0 then
    redis.call('SET', KEYS[4], '1|' .. ARGV[3] .. '|' .. ARGV[4] .. '|' .. ARGV[5], 'PX', lasting(rest))
  else
    redis.call('DEL', KEYS[4])
  end
end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
