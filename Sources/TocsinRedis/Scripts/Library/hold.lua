-- Defines hold(key, node, milliseconds), which takes or extends a lease and returns 1 where the node has it now, or 0.
--
-- What would never end, or not for an hour, or is no text, is no lease: it is replaced, or nobody would ever get one.
-- uses: text
local function hold(key, node, milliseconds)
  if text(key) == node then
    redis.call('PEXPIRE', key, milliseconds)
    return 1
  end
  local rest = redis.call('PTTL', key)
  if rest >= 0 and rest <= 3600000 and text(key) then return 0 end
  redis.call('SET', key, node, 'PX', milliseconds)
  return 1
end
