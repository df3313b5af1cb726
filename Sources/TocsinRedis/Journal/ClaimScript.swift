import RedisClient

/// The script that takes cooldowns.
enum ClaimScript {
  /// KEYS: epoch, restoring, a cooldown for each claim, then journal, its times, unwritten.
  /// ARGV: epoch, limit, then for each claim its alert id, envelope, incarnation, length; one more makes it a preview,
  /// which changes nothing.
  /// Returns the server's time, whether cooldowns are being restored, then for each claim 1 where it was won, 2 where it
  /// was won since what is kept as its cooldown is none; where it was lost, what is kept as its cooldown, or 0 where that
  /// is of a newer version.
  ///
  /// A cooldown of a newer version loses the claim: a node of a newer release has raised an alert. A text that is no
  /// cooldown, or tells of a moment that is more than a cooldown ahead, is replaced; a key of another type is left alone.
  /// `MGET` answers such a key like one that is not there. All texts are read by one call: each costs more than what it
  /// does. So a text that is longer than any is read whole, but once: it is replaced.
  static let claim = RedisScript(
    Lua.foreign + """
      local last = #KEYS - 3
      local values = redis.call('MGET', unpack(KEYS, 1, math.min(1000, last)))
      for first = 1001, last, 1000 do
        local more = redis.call('MGET', unpack(KEYS, first, math.min(first + 999, last)))
        for i = 1, #more do values[first + i - 1] = more[i] end
      end
      if values[1] ~= ARGV[1] then return redis.error_reply('STALE the server has another epoch, or none') end
      local journal, times, unwritten = KEYS[last + 1], KEYS[last + 2], KEYS[last + 3]
      local held, waiting = redis.pcall('HLEN', journal), redis.pcall('HLEN', unwritten)
      if type(held) ~= 'number' or type(waiting) ~= 'number' then
        return foreign(journal, 'hash') or foreign(unwritten, 'hash') or type(held) == 'table' and held or waiting
      end
      if held + waiting >= tonumber(ARGV[2]) then
        return redis.error_reply('FULL journal and unwritten alerts have reached their limit')
      end
      local isPreview = ARGV[last * 4 - 5]
      if values[2] and #values[2] > \(Lua.textLimit) and not isPreview then redis.call('DEL', KEYS[2]) end

      """ + Lua.now + Lua.callWith + Lua.lasting + """
        local reply = {now, values[2] == ARGV[1] and 1 or 0}
        local stamp = string.format('%.0f', now)
        -- What a key will hold, by its name: of two equal claims the second one loses.
        local will, entries, scores, taken = {}, {}, {}, {}
        for i = 3, last do
          local a, key = i * 4 - 9, KEYS[i]
          local value = will[key] or values[i]
          local length = tonumber(ARGV[a + 3])
          local verdict, running = 1, nil
          if length > 0 then
            if value then
              local fired, incarnation
              local isText = #value <= \(Lua.textLimit)
              if isText then fired, incarnation = string.match(value, '^1|(%d+)|[^|]*|(.*)$') end
              fired = tonumber(fired)
              if fired and fired <= now + length then
                if incarnation == ARGV[a + 2] and now - fired <= length then verdict, running = 0, value end
              else
                verdict = isText and string.match(value, '^[2-9]|') and 0 or 2
              end
            end
            if verdict > 0 then
              will[key] = '1|' .. stamp .. '|' .. ARGV[a] .. '|' .. ARGV[a + 2]
              taken[#taken + 1] = i
            end
          end
          if verdict > 0 then
            local n = #entries
            entries[n + 1], entries[n + 2] = ARGV[a], ARGV[a + 1]
            scores[n + 1], scores[n + 2] = stamp, ARGV[a]
          end
          reply[i] = running or verdict
        end
        if isPreview then
          for i = 3, last do
            -- A key of another type, which MGET answers like one that is not there.
            local mayBeForeign = reply[i] == 1 and not values[i] and ARGV[i * 4 - 6] ~= '0'
            if mayBeForeign and redis.call('EXISTS', KEYS[i]) == 1 then reply[i] = 2 end
          end
          return reply
        end
        if #entries > 0 then
          local refused = redis.pcall('ZADD', times, scores[1], scores[2])
          if type(refused) == 'table' then return foreign(times, 'zset') or refused end
          if #scores > 2 then callWith('ZADD', times, scores) end
          callWith('HSET', journal, entries)
          for _, i in ipairs(taken) do
            local key, lasts = KEYS[i], lasting(tonumber(ARGV[i * 4 - 6]))
            local mine = '1|' .. stamp .. '|' .. ARGV[i * 4 - 9] .. '|' .. ARGV[i * 4 - 7]
            if values[i] then
              redis.call('SET', key, mine, 'PX', lasts)
            elseif not redis.call('SET', key, mine, 'NX', 'PX', lasts) then
              local there = redis.pcall('GET', key)
              if type(there) == 'string' then
                -- Another claim of this call.
                redis.call('SET', key, mine, 'PX', lasts)
              else
                reply[i] = 2
              end
            end
          end
        end
        return reply
        """)
}
