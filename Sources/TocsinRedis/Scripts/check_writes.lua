#!lua
-- Changes nothing; without a flag Redis refuses to run it where it would refuse writes.
--
-- KEYS: any.
-- Returns 1.
return 1
