import RedisClient

/// The scripts of the cooldown journal that claims and alerts go through.
enum JournalScripts {
  /// KEYS: epoch, restoring, journal, its times, unwritten, then a cooldown for each claim.
  /// ARGV: epoch, limit, then for each claim its alert id, envelope, incarnation, length.
  /// Answers the server's time, whether cooldowns are being restored, then 1 or 0 for each claim.
  ///
  /// A cooldown of an unknown version loses the claim: somebody newer has raised an alert.
  static let claim = RedisScript(
    Lua.epoch + """
      if redis.call('HLEN', KEYS[3]) + redis.call('HLEN', KEYS[5]) >= tonumber(ARGV[2]) then
        return redis.error_reply('FULL journal and unwritten alerts have reached their limit')
      end

      """ + Lua.now + Lua.callWith + """
        local reply = {now, redis.call('EXISTS', KEYS[2])}
        local stamp = string.format('%.0f', now)
        local entries, times = {}, {}
        for i = 6, #KEYS do
          local a = 3 + (i - 6) * 4
          local length = tonumber(ARGV[a + 3])
          local won = true
          if length > 0 then
            local mine = '1|' .. stamp .. '|' .. ARGV[a] .. '|' .. ARGV[a + 2]
            if not redis.call('SET', KEYS[i], mine, 'NX', 'PX', ARGV[a + 3]) then
              local fired, incarnation = string.match(redis.call('GET', KEYS[i]), '^1|(%d+)|[^|]*|(.*)$')
              won = fired and (incarnation ~= ARGV[a + 2] or now - fired > length)
              if won then redis.call('SET', KEYS[i], mine, 'PX', ARGV[a + 3]) end
            end
          end
          if won then
            local n = #entries
            entries[n + 1], entries[n + 2] = ARGV[a], ARGV[a + 1]
            times[n + 1], times[n + 2] = stamp, ARGV[a]
          end
          reply[i - 3] = won and 1 or 0
        end
        if #entries > 0 then
          callWith('HSET', KEYS[3], entries)
          callWith('ZADD', KEYS[4], times)
        end
        return reply
        """)

  /// KEYS: epoch, journal, its times, cooldown.
  /// ARGV: epoch, alert id; the earlier alert's time, id, incarnation, length.
  static let retract = RedisScript(
    Lua.epoch + Lua.now + """
      local value = redis.call('GET', KEYS[4])
      if value and string.match(value, '^1|%d+|([^|]*)|') == ARGV[2] then
        local rest = ARGV[3] + ARGV[6] - now
        if rest > 0 then
          redis.call('SET', KEYS[4], '1|' .. ARGV[3] .. '|' .. ARGV[4] .. '|' .. ARGV[5],
            'PX', string.format('%.0f', rest))
        else
          redis.call('DEL', KEYS[4])
        end
      end
      redis.call('HDEL', KEYS[2], ARGV[2])
      redis.call('ZREM', KEYS[3], ARGV[2])
      """)

  /// KEYS: epoch, journal, its times, unwritten, its times, events.
  /// ARGV: epoch, the log's id to search from, then for each entry its alert id and envelope.
  ///
  /// The log is searched in pages: it may be long, and a script must not hold it all. Ids stand in the envelopes' headers.
  static let reenter = RedisScript(
    Lua.epoch + Lua.now + """
      local lost, order, open = {}, {}, 0
      for i = 3, #ARGV, 2 do
        local id = ARGV[i]
        if not lost[id] and redis.call('HEXISTS', KEYS[2], id) + redis.call('HEXISTS', KEYS[4], id) == 0 then
          lost[id] = ARGV[i + 1]
          order[#order + 1] = id
          open = open + 1
        end
      end
      local from, size = ARGV[2], 256
      while open > 0 do
        local page = redis.call('XRANGE', KEYS[6], from, '+', 'COUNT', size)
        for _, entry in ipairs(page) do
          local header = string.match(entry[2][2], '^1[^\\n]*"type":"alert"[^\\n]*') or ''
          for id in string.gmatch(header, '"(%x+%-%x+%-%x+%-%x+%-%x+)"') do
            if lost[id] then
              lost[id] = nil
              open = open - 1
            end
          end
        end
        if #page < size then break end
        from = '(' .. page[size][1]
      end
      for _, id in ipairs(order) do
        if lost[id] then
          redis.call('HSET', KEYS[2], id, lost[id])
          redis.call('ZADD', KEYS[3], now, id)
        end
      end
      return open
      """)

  /// KEYS: epoch, journal, its times, unwritten, its times, cooldown, dead letters.
  /// ARGV: epoch, alert id, reason, how many dead letters to keep.
  static let bury = RedisScript(
    Lua.epoch + """
      local id = ARGV[2]
      local envelope = redis.call('HGET', KEYS[2], id) or redis.call('HGET', KEYS[4], id)
      if envelope then
        redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[4], '*', 'e', envelope, 'alert_id', id, 'reason', ARGV[3])
        redis.call('HDEL', KEYS[2], id)
        redis.call('ZREM', KEYS[3], id)
        redis.call('HDEL', KEYS[4], id)
        redis.call('ZREM', KEYS[5], id)
      end
      local value = redis.call('GET', KEYS[6])
      if value and string.match(value, '^1|%d+|([^|]*)|') == id then redis.call('DEL', KEYS[6]) end
      """)

  /// KEYS: a hash, its times. ARGV: how many milliseconds old at least, or empty for any age; limit.
  /// Answers alert ids and envelopes, oldest first. Envelopes of an unknown version do not count: they would keep the
  /// ones behind them from ever being answered.
  static let oldest = RedisScript(
    Lua.now + """
      local limit, size = tonumber(ARGV[2]), 256
      local newest = ARGV[1] == '' and '+inf' or string.format('(%.0f', now - ARGV[1])
      local reply, offset = {}, 0
      while true do
        local page = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', newest, 'LIMIT', offset, size)
        for _, id in ipairs(page) do
          if #reply >= limit * 2 then return reply end
          local envelope = redis.call('HGET', KEYS[1], id)
          if envelope and string.sub(envelope, 1, 1) == '1' then
            reply[#reply + 1] = id
            reply[#reply + 1] = envelope
          end
        end
        if #page < size then return reply end
        offset = offset + size
      end
      """)

  /// KEYS: epoch, unwritten, its times. ARGV: epoch, alert ids.
  static let written = RedisScript(
    Lua.epoch + """
      for i = 2, #ARGV do
        redis.call('HDEL', KEYS[2], ARGV[i])
        redis.call('ZREM', KEYS[3], ARGV[i])
      end
      """)
}
