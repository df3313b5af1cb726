-- Reads the event log from a place on.
--
-- KEYS: epoch, events.
-- ARGV: the place's epoch, the place, limit.
-- Returns the entries after the place; null where the epoch is another one, or the place is not known to be followed by all
-- that came after it: it is not in the log, and not the beginning of a log that still has everything. Of an entry that is
-- longer than any event, only the place.
-- uses: limits, text, foreign
if text(KEYS[1]) ~= ARGV[1] or foreign(KEYS[2], 'stream') then return false end
if ARGV[2] == '0-0' then
  if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  local known = {}
  for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
  if known['entries-added'] ~= known['length'] then return false end
elseif #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then
  return false
end
local page = redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
for _, entry in ipairs(page) do
  local size = 0
  for _, part in ipairs(entry[2]) do size = size + #part end
  if size > entryLimit then entry[2] = {} end
end
return page
