import RedisClient

/// The script that takes cooldowns.
enum ClaimScript {
  /// KEYS: epoch, restoring, journal, its times, unwritten, then a cooldown for each claim.
  /// ARGV: epoch, limit, then for each claim its alert id, envelope, incarnation, length.
  /// Answers the server's time, whether cooldowns are being restored, then for each claim 0 where it was lost, 1 where it
  /// was won, 2 where it was won since what is kept as its cooldown is none.
  ///
  /// A cooldown of a newer version loses the claim: a node of a newer release has raised an alert. A text that is no
  /// cooldown, or tells of a moment that is more than a cooldown ahead, is replaced; a key of another type is left alone.
  /// `MGET` answers such a key like one that is not there.
  static let claim = RedisScript(
    Lua.epoch + Lua.types + """
      local journal, unwritten = redis.pcall('HLEN', KEYS[3]), redis.pcall('HLEN', KEYS[5])
      if type(journal) ~= 'number' or type(unwritten) ~= 'number' then
        return foreign(KEYS[3], 'hash') or foreign(KEYS[5], 'hash') or type(journal) == 'table' and journal or unwritten
      end
      if journal + unwritten >= tonumber(ARGV[2]) then
        return redis.error_reply('FULL journal and unwritten alerts have reached their limit')
      end

      """ + Lua.now + Lua.callWith + Lua.lasting + """
        local reply = {now, text(KEYS[2]) == ARGV[1] and 1 or 0}
        local stamp = string.format('%.0f', now)
        local values = {}
        for first = 6, #KEYS, 1000 do
          local found = redis.call('MGET', unpack(KEYS, first, math.min(first + 999, #KEYS)))
          for i = 1, #found do values[KEYS[first + i - 1]] = found[i] end
        end
        local entries, times, taken = {}, {}, {}
        for i = 6, #KEYS do
          local a, value = 3 + (i - 6) * 4, values[KEYS[i]]
          local length = tonumber(ARGV[a + 3])
          local verdict = 1
          if length > 0 then
            if value then
              local fired, incarnation = string.match(value, '^1|(%d+)|[^|]*|(.*)$')
              fired = tonumber(fired)
              if fired and fired <= now + length then
                verdict = (incarnation ~= ARGV[a + 2] or now - fired > length) and 1 or 0
              else
                verdict = string.match(value, '^[2-9]|') and 0 or 2
              end
            end
            if verdict > 0 then
              local mine = '1|' .. stamp .. '|' .. ARGV[a] .. '|' .. ARGV[a + 2]
              values[KEYS[i]] = mine
              taken[#taken + 1] = {i, mine, length, value}
            end
          end
          if verdict > 0 then
            local n = #entries
            entries[n + 1], entries[n + 2] = ARGV[a], ARGV[a + 1]
            times[n + 1], times[n + 2] = stamp, ARGV[a]
          end
          reply[i - 3] = verdict
        end
        if #entries > 0 then
          local refused = redis.pcall('ZADD', KEYS[4], times[1], times[2])
          if type(refused) == 'table' then return foreign(KEYS[4], 'zset') or refused end
          if #times > 2 then callWith('ZADD', KEYS[4], times) end
          callWith('HSET', KEYS[3], entries)
          local left = {}
          for _, cooldown in ipairs(taken) do
            local i = cooldown[1]
            local key, lasts = KEYS[i], lasting(cooldown[3])
            if left[key] then
              reply[i - 3] = 2
            elseif cooldown[4] then
              redis.call('SET', key, cooldown[2], 'PX', lasts)
            elseif not redis.call('SET', key, cooldown[2], 'NX', 'PX', lasts) then
              left[key] = true
              reply[i - 3] = 2
            end
          end
        end
        return reply
        """)
}
