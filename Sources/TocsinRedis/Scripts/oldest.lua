#!lua flags=allow-oom
-- Reads the oldest entries of the journal, or of unwritten.
--
-- A time that is later than now would never be due: the clock was set back, or other hands wrote it. It becomes now.
--
-- KEYS: a hash, its times.
-- ARGV: how many milliseconds old at least, or empty for any age; how many to pass over; how many to look at.
-- Returns 1 where more follow; how many of the times were without an entry, and are gone now; 1 where entries are without
-- a time; then ids and envelopes, oldest first. Envelopes of a newer version are left out; that of an entry which is
-- longer than any is empty.
-- uses: foreign, entry, now, call_with
local wrong = foreign(KEYS[1], 'hash') or foreign(KEYS[2], 'zset')
if wrong then return wrong end
if ARGV[2] == '0' then
  local stamp, ahead = string.format('%.0f', now), {}
  local late = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. stamp, '+inf', 'LIMIT', 0, 256)
  for i, id in ipairs(late) do ahead[i * 2 - 1], ahead[i * 2] = stamp, id end
  callWith('ZADD', KEYS[2], ahead)
end
local newest = ARGV[1] == '' and '+inf' or string.format('(%.0f', now - ARGV[1])
local page = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', newest, 'LIMIT', ARGV[2], ARGV[3])
local reply, orphans = {#page == tonumber(ARGV[3]) and 1 or 0, 0, 0}, {}
for _, id in ipairs(page) do
  local envelope = entry(KEYS[1], id)
  if not envelope then
    orphans[#orphans + 1] = id
  elseif not string.match(envelope, '^[2-9]') then
    reply[#reply + 1] = id
    reply[#reply + 1] = envelope
  end
end
callWith('ZREM', KEYS[2], orphans)
reply[2] = #orphans
if redis.call('HLEN', KEYS[1]) > redis.call('ZCARD', KEYS[2]) then reply[3] = 1 end
return reply
