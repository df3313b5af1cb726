import RedisClient

/// The scripts of the rule board. A field of the hash is tenant and rule id, its value `1`, the number of the change, a
/// bar, and the rule's stored form, or nothing where the rule is deleted.
///
/// A number that is none of 64 bits is as if nobody had filled the board.
enum RuleScripts {
  private static let prelude = Lua.types + Lua.entry + Lua.number

  /// KEYS: rules, newest version. ARGV: field, version, value, channel.
  ///
  /// On a board that nobody has filled (a server that lost its data) nothing is written, since one rule would look like the
  /// whole rule set; the signal makes nodes look and fill it. The signal tells the newest number that is there: nodes
  /// that have it already look again, for this change may have come after it.
  static let put = RedisScript(
    prelude + Lua.own((1, "hash")) + """
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
      redis.call('PUBLISH', ARGV[4], '1 rules ' .. told .. '\\n')
      return 1
      """)

  /// Writes the whole board. The number is written first: where memory is short that fails, and the rules are still there.
  private static func write(version: String, fieldsFrom first: Int) -> String {
    """
    redis.call('SET', KEYS[2], \(version))
    redis.call('DEL', KEYS[1])
    for i = \(first), #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end

    """
  }

  /// KEYS: rules, newest version, history. ARGV: version, history of an empty board, then fields and values.
  static let replaceAll = RedisScript(
    prelude + """
      local newest = number(text(KEYS[2]))
      if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end

      """ + write(version: "ARGV[1]", fieldsFrom: 3) + """
        if not newest then redis.call('SET', KEYS[3], ARGV[2]) end
        return 1
        """)

  /// KEYS: rules, newest version, history. ARGV: the version and the history that have to be there, the version empty
  /// where there has to be none; version, history, then fields and values. Answers 1 where it was replaced.
  static let beginHistory = RedisScript(
    prelude + """
      local newest = number(text(KEYS[2])) or ''
      if newest ~= ARGV[1] or (newest ~= '' and (text(KEYS[3]) or '') ~= ARGV[2]) then return 0 end

      """ + write(version: "ARGV[3]", fieldsFrom: 5) + """
        redis.call('SET', KEYS[3], ARGV[4])
        return 1
        """)

  /// KEYS: rules, newest version, history. Answers version and history; null where there is nothing.
  static let version = RedisScript(
    prelude + """
      local newest = number(text(KEYS[2]))
      return newest and {newest, text(KEYS[3]) or ''}
      """)

  /// As ``version``, with fields and values between the two. What is longer than any rule is empty.
  static let snapshot = RedisScript(
    prelude + """
      local newest = number(text(KEYS[2]))
      if not newest or foreign(KEYS[1], 'hash') then return false end
      local names, fields, pairs = redis.call('HKEYS', KEYS[1]), {}, {}
      for _, name in ipairs(names) do
        if #name > \(Lua.textLimit) or redis.call('HSTRLEN', KEYS[1], name) > \(Lua.entryLimit) then
          pairs[#pairs + 1] = string.sub(name, 1, \(Lua.textLimit))
          pairs[#pairs + 1] = ''
        else
          fields[#fields + 1] = name
        end
      end
      for first = 1, #fields, 1000 do
        local last = math.min(first + 999, #fields)
        for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields, first, last))) do
          pairs[#pairs + 1] = fields[first + i - 1]
          pairs[#pairs + 1] = value
        end
      end
      return {newest, pairs, text(KEYS[3]) or ''}
      """)
}
