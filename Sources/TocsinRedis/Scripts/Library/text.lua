-- Defines text(key), which returns the string that a key holds, or false where it holds none, or one that is longer than
-- textLimit.
-- uses: limits
local function text(key)
  local value = redis.pcall('GETRANGE', key, 0, textLimit)
  return type(value) == 'string' and value ~= '' and #value <= textLimit and value
end
