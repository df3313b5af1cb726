-- Writes cooldowns that run according to PostgreSQL.
--
-- Needs no epoch: what it writes is true in every one. What began later stays, but lasts at least as long as it is to last
-- now. A key of another type is left alone.
--
-- KEYS: cooldowns.
-- ARGV: for each its time, alert id, incarnation, length.
-- uses: limits, now, lasting
for i = 1, #KEYS do
  local a = i * 4 - 3
  local began, length = tonumber(ARGV[a]), tonumber(ARGV[a + 3])
  local value = redis.pcall('GETRANGE', KEYS[i], 0, textLimit)
  if type(value) ~= 'table' and began + length > now then
    local isText = #value <= textLimit
    local fired = isText and tonumber((string.match(value, '^1|(%d+)|')))
    local isNewer = isText and string.match(value, '^[2-9]|')
    if fired and fired >= began and fired <= now + length then
      local rest = redis.call('PTTL', KEYS[i])
      if rest >= 0 and rest < fired + length - now then
        redis.call('PEXPIRE', KEYS[i], lasting(fired + length - now))
      end
    elseif not isNewer then
      redis.call('SET', KEYS[i], '1|' .. ARGV[a] .. '|' .. ARGV[a + 1] .. '|' .. ARGV[a + 2],
        'PX', lasting(began + length - now))
    end
  end
end
