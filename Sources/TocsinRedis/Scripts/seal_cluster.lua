-- Marks what is below the prefix as that of one database.
--
-- The value is 1|Redis identity|database|description.
--
-- KEYS: seal.
-- ARGV: Redis identity, database, its description, milliseconds; the database whose seal becomes this one's, or empty.
-- Returns the value, and for how long it lasts; null where there is a key of another form.
-- uses: limits
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  local value = '1|' .. ARGV[1] .. '|' .. ARGV[2] .. '|' .. ARGV[3]
  redis.call('SET', KEYS[1], value, 'PX', ARGV[4])
  return {value, tonumber(ARGV[4])}
end
if kind ~= 'string' or redis.call('STRLEN', KEYS[1]) > textLimit then return false end
local value = redis.call('GET', KEYS[1])
local identity, database = string.match(value, '^1|([^|]*)|([^|]*)|')
if not identity then return false end
if ARGV[5] ~= '' and database == ARGV[5] then
  value = '1|' .. identity .. '|' .. ARGV[2] .. '|' .. ARGV[3]
  redis.call('SET', KEYS[1], value, 'PX', ARGV[4])
  return {value, tonumber(ARGV[4])}
end
if database == ARGV[2] then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return {value, redis.call('PTTL', KEYS[1])}
