-- Defines callWith(command, key, list), which passes a list of any length on: each call costs more than what it does for
-- one more element. In parts of 1,000, since Lua's stack is limited.
local function callWith(command, key, list)
  for i = 1, #list, 1000 do redis.call(command, key, unpack(list, i, math.min(i + 999, #list))) end
end
