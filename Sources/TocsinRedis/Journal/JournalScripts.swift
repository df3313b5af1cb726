import RedisClient

/// The scripts of the journal that alerts go through after their claim.
enum JournalScripts {
  /// KEYS: epoch, journal, its times, cooldown.
  /// ARGV: epoch, alert id; the earlier alert's time, id, incarnation, length.
  static let retract = RedisScript(
    Lua.evenWithoutMemory + Lua.epoch + Lua.types + Lua.now + Lua.lasting + Lua.own((2, "hash"), (3, "zset")) + """
      local value = text(KEYS[4])
      if value and string.match(value, '^1|%d+|([^|]*)|') == ARGV[2] then
        local rest = ARGV[3] + ARGV[6] - now
        if rest > 0 then
          redis.call('SET', KEYS[4], '1|' .. ARGV[3] .. '|' .. ARGV[4] .. '|' .. ARGV[5], 'PX', lasting(rest))
        else
          redis.call('DEL', KEYS[4])
        end
      end
      redis.call('HDEL', KEYS[2], ARGV[2])
      redis.call('ZREM', KEYS[3], ARGV[2])
      """)

  /// KEYS: epoch, journal, its times, unwritten, its times, events.
  /// ARGV: epoch, the log's id to search from, how many of its entries to search at most, then for each entry of the
  /// journal its alert id and envelope.
  /// Answers 1 where the log was searched to its end, and what it lacks was entered; else 0, the id to go on from, and
  /// the alert ids that have not been found yet.
  ///
  /// The log may be long, and a script keeps everyone waiting: so a call searches a part. What is appended between two
  /// calls lies behind the place where the next one goes on. Ids stand in the envelopes' headers.
  static let reenter = RedisScript(
    Lua.epoch + Lua.types + Lua.now
      + Lua.own((2, "hash"), (3, "zset"), (4, "hash"), (6, "stream")) + """
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
            local header = string.match(start, '^1[^\\n]*"type":"alert"[^\\n]*') or ''
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
        """)

  /// Moves one entry to the dead letters: `id`, `reason`, `most`. Defines `entomb(id, reason, most)`. KEYS: epoch, journal,
  /// its times, unwritten, its times, dead letters, former dead letters.
  ///
  /// Of an entry that is longer than any, the letter has the size only. Where nothing can be appended to the letters any
  /// more, they become the former ones, and new ones begin. A time without an entry goes, too.
  private static let entomb =
    Lua.own((2, "hash"), (3, "zset"), (4, "hash"), (5, "zset"), (6, "stream")) + Lua.entry + Lua.isUsedUp + """
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

      """

  /// KEYS: epoch, journal, its times, unwritten, its times, dead letters, former dead letters, cooldown.
  /// ARGV: epoch, alert id, reason, how many dead letters to keep.
  static let bury = RedisScript(
    Lua.evenWithoutMemory + Lua.epoch + Lua.types + entomb + """
      local id = ARGV[2]
      entomb(id, ARGV[3], ARGV[4])
      local value = text(KEYS[8])
      if value and string.match(value, '^1|%d+|([^|]*)|') == id then redis.call('DEL', KEYS[8]) end
      """)

  /// KEYS: as ``bury``, without the cooldown. ARGV: epoch, reason, how many dead letters to keep, ids.
  static let discard = RedisScript(
    Lua.evenWithoutMemory + Lua.epoch + Lua.types + entomb + """
      for i = 4, #ARGV do entomb(ARGV[i], ARGV[2], ARGV[3]) end
      """)

  /// KEYS: a hash, its times. ARGV: how many milliseconds old at least, or empty for any age; how many to pass over; how
  /// many to look at.
  /// Answers 1 where more follow; how many of the times were without an entry, and are gone now; 1 where entries are
  /// without a time; then ids and envelopes, oldest first. Envelopes of a newer version are left out; that of an entry
  /// which is longer than any is empty.
  ///
  /// A time that is later than now would never be due: the clock was set back, or other hands wrote it. It becomes now.
  static let oldest = RedisScript(
    Lua.evenWithoutMemory + Lua.types + Lua.entry + Lua.now + Lua.callWith + Lua.own((1, "hash"), (2, "zset")) + """
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
      """)

  /// KEYS: a hash, its times. ARGV: where to go on in the hash, `0` at first. Gives entries without a time that of now.
  /// Answers where to go on; `0` at the end.
  static let date = RedisScript(
    Lua.evenWithoutMemory + Lua.types + Lua.now + Lua.own((1, "hash"), (2, "zset")) + """
      local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 256)
      for i = 1, #found[2], 2 do
        redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', now), found[2][i])
      end
      return found[1]
      """)

  /// KEYS: epoch, unwritten, its times. ARGV: epoch, alert ids.
  static let written = RedisScript(
    Lua.evenWithoutMemory + Lua.epoch + Lua.types + Lua.own((2, "hash"), (3, "zset")) + """
      for i = 2, #ARGV do
        redis.call('HDEL', KEYS[2], ARGV[i])
        redis.call('ZREM', KEYS[3], ARGV[i])
      end
      """)
}
