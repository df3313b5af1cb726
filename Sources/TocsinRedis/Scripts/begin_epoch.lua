-- Begins an epoch and tells all nodes.
--
-- Whatever the first two keys hold is replaced. A log whose ids are used up begins again: nothing could ever be appended.
--
-- KEYS: epoch, restoring, events, newest event.
-- ARGV: epoch, channel.
-- uses: used_up
local isUsedUp = isUsedUp(KEYS[3])
redis.call('SET', KEYS[2], ARGV[1])
redis.call('SET', KEYS[1], ARGV[1])
if isUsedUp then redis.call('DEL', KEYS[3], KEYS[4]) end
redis.call('PUBLISH', ARGV[2], '1 epoch ' .. ARGV[1] .. '\n')
