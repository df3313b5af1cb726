-- Ends the script with STALE, before anything is done, unless the server has the node's epoch: KEYS[1] is its key, ARGV[1]
-- the node's epoch. An epoch has 64 characters at most.
if redis.pcall('GETRANGE', KEYS[1], 0, 64) ~= ARGV[1] then
  return redis.error_reply('STALE the server has another epoch, or none')
end
