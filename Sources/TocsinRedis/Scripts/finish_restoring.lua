#!lua flags=allow-oom
-- Ends the restoring of an epoch, and gives the lock back, where both are still the node's.
--
-- KEYS: restoring, lock.
-- ARGV: epoch, node.
-- uses: text
if text(KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if text(KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
