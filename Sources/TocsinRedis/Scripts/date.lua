#!lua flags=allow-oom
-- Gives entries without a time that of now.
--
-- KEYS: a hash, its times.
-- ARGV: where to go on in the hash, 0 at first.
-- Returns where to go on; 0 at the end.
-- uses: foreign, now
local wrong = foreign(KEYS[1], 'hash') or foreign(KEYS[2], 'zset')
if wrong then return wrong end
local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 256)
for i = 1, #found[2], 2 do
  redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', now), found[2][i])
end
return found[1]
