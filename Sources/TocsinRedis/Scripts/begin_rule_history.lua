-- Replaces the whole board by that of another history.
--
-- KEYS: rules, newest version, history.
-- ARGV: the version and the history that have to be there, the version empty where there has to be none; version, history,
-- then fields and values (put_rule).
-- Returns 1 where it was replaced, or 0.
-- uses: text, number, write_rules
local newest = number(text(KEYS[2])) or ''
if newest ~= ARGV[1] or (newest ~= '' and (text(KEYS[3]) or '') ~= ARGV[2]) then return 0 end
writeRules(ARGV[3], 5)
redis.call('SET', KEYS[3], ARGV[4])
return 1
