-- Defines entomb(id, reason, most), which moves one entry to the dead letters, of which most are kept.
-- KEYS from the second on: journal, its times, unwritten, its times, dead letters, former dead letters.
--
-- Ends the script with an error where one of the keys holds something of another kind. Of an entry that is longer than any,
-- the letter has the size only. Where nothing can be appended to the letters any more, they become the former ones, and new
-- ones begin. A time without an entry goes, too.
-- uses: foreign, entry, used_up
local wrong = foreign(KEYS[2], 'hash') or foreign(KEYS[3], 'zset') or foreign(KEYS[4], 'hash')
  or foreign(KEYS[5], 'zset') or foreign(KEYS[6], 'stream')
if wrong then return wrong end
local function entomb(id, reason, most)
  local envelope, size = entry(KEYS[2], id)
  if not envelope then envelope, size = entry(KEYS[4], id) end
  if envelope then
    if size then reason = string.format('%s (the entry has %.0f bytes)', reason, size) end
    if isUsedUp(KEYS[6]) then redis.call('RENAME', KEYS[6], KEYS[7]) end
    redis.call('XADD', KEYS[6], 'MAXLEN', '~', most, '*', 'e', envelope, 'alert_id', id, 'reason', reason)
  end
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
  redis.call('ZREM', KEYS[5], id)
end
