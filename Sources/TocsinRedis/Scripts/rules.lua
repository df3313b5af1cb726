-- Reads the whole board.
--
-- KEYS: rules, newest version, history.
-- Returns version, fields and values (put_rule), history; null where there is nothing. What is longer than any rule is
-- empty.
-- uses: limits, text, foreign, number
local newest = number(text(KEYS[2]))
if not newest or foreign(KEYS[1], 'hash') then return false end
local names, fields, pairs = redis.call('HKEYS', KEYS[1]), {}, {}
for _, name in ipairs(names) do
  if #name > textLimit or redis.call('HSTRLEN', KEYS[1], name) > entryLimit then
    pairs[#pairs + 1] = string.sub(name, 1, textLimit)
    pairs[#pairs + 1] = ''
  else
    fields[#fields + 1] = name
  end
end
for first = 1, #fields, 1000 do
  local last = math.min(first + 999, #fields)
  for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields, first, last))) do
    pairs[#pairs + 1] = fields[first + i - 1]
    pairs[#pairs + 1] = value
  end
end
return {newest, pairs, text(KEYS[3]) or ''}
