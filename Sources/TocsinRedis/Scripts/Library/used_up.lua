-- Defines isUsedUp(stream), which returns whether nothing can be appended to a stream any more: the greatest id that there
-- is was given away, though its entry need not be there.
local function isUsedUp(stream)
  if redis.call('TYPE', stream).ok ~= 'stream' then return false end
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] == '18446744073709551615-18446744073709551615' end
  end
  return false
end
