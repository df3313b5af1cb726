-- Looks whether the event log still has a place, so whether the server lost nothing.
--
-- KEYS: epoch, events.
-- ARGV: the place's epoch, its milliseconds, its sequence.
-- Returns 1 where the place is in the log or lies before the log's first entry, so was trimmed, or the key holds no log at
-- all, which a new epoch would not mend; 0 where the epoch is another one, the log lacks the place, or nothing can be
-- appended any more.
-- uses: text, foreign, used_up
if text(KEYS[1]) ~= ARGV[1] then return 0 end
if foreign(KEYS[2], 'stream') then return 1 end
if isUsedUp(KEYS[2]) then return 0 end
if ARGV[2] == '0' and ARGV[3] == '0' then return 1 end
local place = ARGV[2] .. '-' .. ARGV[3]
if #redis.call('XRANGE', KEYS[2], place, place) > 0 then return 1 end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
if not first then return 0 end
local function isMore(a, b) return #a > #b or (#a == #b and a > b) end
local ms, seq = string.match(first[1], '^(%d+)-(%d+)$')
if isMore(ms, ARGV[2]) or (ms == ARGV[2] and isMore(seq, ARGV[3])) then return 1 end
return 0
