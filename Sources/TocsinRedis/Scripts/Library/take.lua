-- Defines take(), which appends those of the alerts that are in the journal to the event log, and takes them out of it; an
-- entry that is longer than any stays, until the keeper meets it. Returns the ids and envelopes of what was taken, or false
-- and an error. KEYS from the fourth on: journal, its times. ARGV from the fourth on: alert ids.
-- uses: limits, append, call_with
local function take()
  local wrong = foreign(KEYS[5], 'zset')
  if wrong then return false, wrong end
  local ids, envelopes, seen = {}, {}, {}
  for first = 4, #ARGV, 1000 do
    local found = redis.pcall('HMGET', KEYS[4], unpack(ARGV, first, math.min(first + 999, #ARGV)))
    if found.err then return false, foreign(KEYS[4], 'hash') or found end
    for i, envelope in ipairs(found) do
      local id = ARGV[first + i - 1]
      if envelope and #envelope <= entryLimit and not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
        envelopes[#envelopes + 1] = envelope
      end
    end
  end
  for _, envelope in ipairs(envelopes) do
    local refused = append(envelope)
    if refused then return false, refused end
  end
  if #ids > 0 then
    callWith('HDEL', KEYS[4], ids)
    callWith('ZREM', KEYS[5], ids)
  end
  return ids, envelopes
end
