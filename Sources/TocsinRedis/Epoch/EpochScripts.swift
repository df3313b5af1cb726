import RedisClient

/// The scripts that begin an epoch.
enum EpochScripts {
  /// KEYS: epoch, restoring. ARGV: epoch, channel.
  static let begin = RedisScript(
    """
    redis.call('SET', KEYS[2], ARGV[1])
    redis.call('SET', KEYS[1], ARGV[1])
    redis.call('PUBLISH', ARGV[2], '1 epoch ' .. ARGV[1] .. '\\n')
    """)

  /// KEYS: cooldowns. ARGV: for each its time, alert id, incarnation, length.
  ///
  /// Needs no epoch: what it writes is true in every one.
  static let restore = RedisScript(
    Lua.now + """
      for i = 1, #KEYS do
        local a = i * 4 - 3
        local rest = ARGV[a] + ARGV[a + 3] - now
        local value = redis.call('GET', KEYS[i])
        local wins = rest > 0
        if wins and value then
          local fired = string.match(value, '^1|(%d+)|')
          wins = fired and tonumber(fired) < tonumber(ARGV[a])
        end
        if wins then
          redis.call('SET', KEYS[i], '1|' .. ARGV[a] .. '|' .. ARGV[a + 1] .. '|' .. ARGV[a + 2],
            'PX', string.format('%.0f', rest))
        end
      end
      """)

  /// KEYS: restoring, lock. ARGV: epoch, node.
  static let finish = RedisScript(
    """
    if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
    if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
    """)
}
