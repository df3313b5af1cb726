-- Replaces the whole board, unless a newer one is there.
--
-- KEYS: rules, newest version, history.
-- ARGV: version, history of an empty board, then fields and values (put_rule).
-- Returns 1 where it was replaced, or 0.
-- uses: text, number, write_rules
local newest = number(text(KEYS[2]))
if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end
writeRules(ARGV[1], 3)
if not newest then redis.call('SET', KEYS[3], ARGV[2]) end
return 1
