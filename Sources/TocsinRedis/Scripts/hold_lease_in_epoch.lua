#!lua flags=allow-oom
-- Takes or extends a lease as hold_lease does, if the server has the node's epoch.
--
-- KEYS: epoch, lease.
-- ARGV: epoch, node, milliseconds.
-- Returns 1 where the node has it now, or 0.
-- uses: epoch, hold
return hold(KEYS[2], ARGV[2], ARGV[3])
