-- Defines foreign(key, kind), which returns an error where a key holds something of another kind, or false.
local function foreign(key, kind)
  local found = redis.call('TYPE', key).ok
  if found == kind or found == 'none' then return false end
  return redis.error_reply('FOREIGN the key ' .. key .. ' holds a ' .. found .. ' where a ' .. kind .. ' belongs')
end
