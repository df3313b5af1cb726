#!lua flags=allow-oom
-- Takes or extends a lease, by which one node at a time does something; a lease ends by itself. It is given even where
-- memory is short: its holder makes room.
--
-- KEYS: lease.
-- ARGV: node, milliseconds.
-- Returns 1 where the node has it now, or 0.
-- uses: hold
return hold(KEYS[1], ARGV[1], ARGV[2])
