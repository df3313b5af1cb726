-- Writes one rule to the board, unless a later change of it is there, and tells all nodes.
--
-- A field of the board's hash is tenant and rule id, its value 1, the number of the change, a bar, and the rule's stored
-- form, or nothing where the rule is deleted. A number that is none of 64 bits is as if nobody had filled the board.
--
-- On a board that nobody has filled (a server that lost its data) nothing is written, since one rule would look like the
-- whole rule set; the signal makes nodes look and fill it. The signal has the newest number that is there: nodes that have
-- it already look again, for this change may have come after it.
--
-- KEYS: rules, newest version.
-- ARGV: field, version, value, channel.
-- Returns 1, or 0 where a later change is there.
-- uses: text, foreign, entry, number
local wrong = foreign(KEYS[1], 'hash')
if wrong then return wrong end
local newest = number(text(KEYS[2]))
if newest then
  local there = entry(KEYS[1], ARGV[1])
  if there then
    local version = tonumber((string.match(there, '^1(%d+)|')))
    if string.match(there, '^[2-9]') or (version and version >= tonumber(ARGV[2])) then return 0 end
  end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  if tonumber(newest) < tonumber(ARGV[2]) then redis.call('SET', KEYS[2], ARGV[2]) end
end
local told = ARGV[2]
if newest and tonumber(newest) > tonumber(told) then told = newest end
redis.call('PUBLISH', ARGV[4], '1 rules ' .. told .. '\n')
return 1
