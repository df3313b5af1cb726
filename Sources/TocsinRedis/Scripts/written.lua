#!lua flags=allow-oom
-- Takes alerts out of unwritten: PostgreSQL has them.
--
-- KEYS: epoch, unwritten, its times.
-- ARGV: epoch, alert ids.
-- uses: epoch, foreign
local wrong = foreign(KEYS[2], 'hash') or foreign(KEYS[3], 'zset')
if wrong then return wrong end
for i = 2, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
  redis.call('ZREM', KEYS[3], ARGV[i])
end
