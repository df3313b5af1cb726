import RedisClient

/// The scripts that begin an epoch.
enum EpochScripts {
  /// KEYS: epoch, restoring, events, newest event. ARGV: epoch, channel.
  ///
  /// Whatever the first two hold is replaced. A log whose ids are used up begins again: nothing could ever be appended.
  static let begin = RedisScript(
    Lua.isUsedUp + """
      local isUsedUp = isUsedUp(KEYS[3])
      redis.call('SET', KEYS[2], ARGV[1])
      redis.call('SET', KEYS[1], ARGV[1])
      if isUsedUp then redis.call('DEL', KEYS[3], KEYS[4]) end
      redis.call('PUBLISH', ARGV[2], '1 epoch ' .. ARGV[1] .. '\\n')
      """)

  /// KEYS: cooldowns. ARGV: for each its time, alert id, incarnation, length.
  ///
  /// Needs no epoch: what it writes is true in every one. What began later stays, but lasts at least as long as it is to
  /// last now. A key of another type is left alone.
  static let restore = RedisScript(
    Lua.now + Lua.lasting + """
      for i = 1, #KEYS do
        local a = i * 4 - 3
        local began, length = tonumber(ARGV[a]), tonumber(ARGV[a + 3])
        local value = redis.pcall('GETRANGE', KEYS[i], 0, \(Lua.textLimit))
        if type(value) ~= 'table' and began + length > now then
          local isText = #value <= \(Lua.textLimit)
          local fired = isText and tonumber((string.match(value, '^1|(%d+)|')))
          local isNewer = isText and string.match(value, '^[2-9]|')
          if fired and fired >= began and fired <= now + length then
            local rest = redis.call('PTTL', KEYS[i])
            if rest >= 0 and rest < fired + length - now then
              redis.call('PEXPIRE', KEYS[i], lasting(fired + length - now))
            end
          elseif not isNewer then
            redis.call('SET', KEYS[i], '1|' .. ARGV[a] .. '|' .. ARGV[a + 1] .. '|' .. ARGV[a + 2],
              'PX', lasting(began + length - now))
          end
        end
      end
      """)

  /// KEYS: restoring, lock. ARGV: epoch, node.
  static let finish = RedisScript(
    Lua.evenWithoutMemory + Lua.types + """
      if text(KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
      if text(KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
      """)

  /// KEYS: any. Changes nothing; without a flag Redis refuses to run it where it would refuse writes.
  static let checkWrites = RedisScript("#!lua\nreturn 1")
}
