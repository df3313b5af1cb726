-- Defines entry(hash, id), which returns what a field holds, or false where it is not there; of one that is longer than
-- entryLimit, an empty string and its size.
-- uses: limits
local function entry(hash, id)
  local size = redis.call('HSTRLEN', hash, id)
  if size > entryLimit then return '', size end
  return redis.call('HGET', hash, id)
end
