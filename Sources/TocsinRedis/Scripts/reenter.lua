-- Enters alerts in the journal again that a server lost, unless they are in unwritten or were announced.
--
-- The log may be long, and a script keeps everyone waiting: so a call searches a part of it. What is appended between two
-- calls is behind the place where the next one goes on. The ids are in the envelopes' headers.
--
-- KEYS: epoch, journal, its times, unwritten, its times, events.
-- ARGV: epoch, the log's id to search from, how many of its entries to search at most, then for each entry of the journal
-- its alert id and envelope.
-- Returns 1 where the log was searched to its end, and what it lacks was entered; else 0, the id to go on from, and the
-- alert ids that have not been found yet.
-- uses: epoch, foreign, now
local wrong = foreign(KEYS[2], 'hash') or foreign(KEYS[3], 'zset') or foreign(KEYS[4], 'hash')
  or foreign(KEYS[6], 'stream')
if wrong then return wrong end
local lost, order, open = {}, {}, 0
for i = 4, #ARGV, 2 do
  local id = ARGV[i]
  if not lost[id] and redis.call('HEXISTS', KEYS[2], id) + redis.call('HEXISTS', KEYS[4], id) == 0 then
    lost[id] = ARGV[i + 1]
    order[#order + 1] = id
    open = open + 1
  end
end
local from, size, left = ARGV[2], 256, tonumber(ARGV[3])
while open > 0 do
  local page = redis.call('XRANGE', KEYS[6], from, '+', 'COUNT', math.min(size, left))
  for _, entry in ipairs(page) do
    local start = string.sub(entry[2][2], 1, 4096)
    local header = string.match(start, '^1[^\n]*"type":"alert"[^\n]*') or ''
    for id in string.gmatch(header, '"(%x+%-%x+%-%x+%-%x+%-%x+)"') do
      if lost[id] then
        lost[id] = nil
        open = open - 1
      end
    end
  end
  if #page < math.min(size, left) then break end
  from, left = '(' .. page[#page][1], left - #page
  if left == 0 then
    local reply = {0, from}
    for _, id in ipairs(order) do
      if lost[id] then reply[#reply + 1] = id end
    end
    return reply
  end
end
for _, id in ipairs(order) do
  if lost[id] then
    redis.call('HSET', KEYS[2], id, lost[id])
    redis.call('ZADD', KEYS[3], now, id)
  end
end
return {1}
