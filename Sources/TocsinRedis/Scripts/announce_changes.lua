-- Announces changes of alerts, each once: a key that lasts an hour says that it was announced.
--
-- KEYS: epoch, events, newest event, then a key for each change.
-- ARGV: epoch, channel, length of the log, envelopes.
-- Returns how many were announced.
-- uses: append
local fresh, seen = {}, {}
for i = 4, #KEYS do
  if not seen[KEYS[i]] and redis.pcall('GETRANGE', KEYS[i], 0, 1) ~= '1' then
    seen[KEYS[i]] = true
    fresh[#fresh + 1] = i
  end
end
for _, i in ipairs(fresh) do
  local refused = append(ARGV[i])
  if refused then return refused end
end
for _, i in ipairs(fresh) do redis.call('SET', KEYS[i], '1', 'NX', 'EX', 3600) end
return publish()
