-- Defines writeRules(version, first), which writes the whole board; its fields and values are in ARGV from the first on.
-- KEYS: rules, newest version.
--
-- The number is written first: where memory is short that fails, and the rules are still there.
local function writeRules(version, first)
  redis.call('SET', KEYS[2], version)
  redis.call('DEL', KEYS[1])
  for i = first, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
