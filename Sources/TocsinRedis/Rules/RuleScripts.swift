import RedisClient

/// The scripts of the rule board. A field of the hash is tenant and rule id, its value `1`, the number of the change, a
/// bar, and the rule's stored form, or nothing where the rule is deleted.
enum RuleScripts {
  /// KEYS: rules, newest version. ARGV: field, version, value, channel.
  ///
  /// On a board that nobody has filled (a server that lost its data) nothing is written, since one rule would look like the
  /// whole rule set; the signal makes nodes look and fill it. The signal tells the newest number that is there: nodes
  /// that have it already look again, for this change may have come after it.
  static let put = RedisScript(
    """
    local newest = redis.call('GET', KEYS[2])
    if newest then
      local there = redis.call('HGET', KEYS[1], ARGV[1])
      if there then
        local version = string.match(there, '^1(%d+)|')
        if not version or tonumber(version) >= tonumber(ARGV[2]) then return 0 end
      end
      redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
      if tonumber(newest) < tonumber(ARGV[2]) then redis.call('SET', KEYS[2], ARGV[2]) end
    end
    local told = ARGV[2]
    if newest and tonumber(newest) > tonumber(told) then told = newest end
    redis.call('PUBLISH', ARGV[4], '1 rules ' .. told .. '\\n')
    return 1
    """)

  /// KEYS: rules, newest version. ARGV: version, then fields and values.
  ///
  /// The number is written first: where memory is short that fails, and the rules are still there.
  static let replaceAll = RedisScript(
    """
    local newest = redis.call('GET', KEYS[2])
    if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end
    redis.call('SET', KEYS[2], ARGV[1])
    redis.call('DEL', KEYS[1])
    for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
    return 1
    """)

  /// KEYS: rules, newest version. Answers the version, then fields and values; null where there is nothing.
  static let snapshot = RedisScript(
    """
    local newest = redis.call('GET', KEYS[2])
    if not newest then return false end
    return {newest, redis.call('HGETALL', KEYS[1])}
    """)
}
