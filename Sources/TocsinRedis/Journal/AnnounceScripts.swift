import RedisClient

/// The scripts that append to the event log and publish what they appended, in one step: so the log and the messages of
/// all nodes have one order.
enum AnnounceScripts {
  private static let prelude =
    Lua.foreign + Lua.place + """
      local texts = redis.call('MGET', KEYS[1], KEYS[3])
      if texts[1] ~= ARGV[1] then return redis.error_reply('STALE the server has another epoch, or none') end
      local log, newest, channel, length = KEYS[2], texts[2], ARGV[2], ARGV[3]

      """ + Lua.announce

  /// Appends those of the entries that are in the journal, and takes them out; one that is longer than any stays, until
  /// the keeper meets it. Defines `ids` and `envelopes`, which hold what was taken.
  private static let take =
    Lua.callWith + Lua.own((5, "zset")) + """
      local ids, envelopes, seen = {}, {}, {}
      for first = 4, #ARGV, 1000 do
        local found = redis.pcall('HMGET', KEYS[4], unpack(ARGV, first, math.min(first + 999, #ARGV)))
        if found.err then return foreign(KEYS[4], 'hash') or found end
        for i, envelope in ipairs(found) do
          local id = ARGV[first + i - 1]
          if envelope and #envelope <= \(Lua.entryLimit) and not seen[id] then
            seen[id] = true
            ids[#ids + 1] = id
            envelopes[#envelopes + 1] = envelope
          end
        end
      end
      for _, envelope in ipairs(envelopes) do
        local refused = append(envelope)
        if refused then return refused end
      end
      if #ids > 0 then
        callWith('HDEL', KEYS[4], ids)
        callWith('ZREM', KEYS[5], ids)
      end

      """

  /// KEYS: epoch, events, newest event, journal, its times.
  /// ARGV: epoch, channel, length of the log, alert ids. Answers how many were announced.
  ///
  /// Runs even where memory is short: an alert only moves, and what was claimed before is to be told.
  static let alerts = RedisScript(Lua.evenWithoutMemory + prelude + take + "return publish()")

  /// As ``alerts``, with two more KEYS: unwritten, its times.
  static let unwritten = RedisScript(
    Lua.evenWithoutMemory + prelude + Lua.now + "do\n" + Lua.own((6, "hash"), (7, "zset")) + "end\n" + take + """
      for i, id in ipairs(ids) do
        redis.call('HSET', KEYS[6], id, envelopes[i])
        redis.call('ZADD', KEYS[7], now, id)
      end
      return publish()
      """)

  /// KEYS: epoch, events, newest event, then a key for each change that says that it was announced.
  /// ARGV: epoch, channel, length of the log, envelopes. Answers how many were announced.
  static let changes = RedisScript(
    prelude + """
      local fresh, seen = {}, {}
      for i = 4, #KEYS do
        if not seen[KEYS[i]] and redis.pcall('GETRANGE', KEYS[i], 0, 1) ~= '1' then
          seen[KEYS[i]] = true
          fresh[#fresh + 1] = i
        end
      end
      for _, i in ipairs(fresh) do
        local refused = append(ARGV[i])
        if refused then return refused end
      end
      for _, i in ipairs(fresh) do redis.call('SET', KEYS[i], '1', 'NX', 'EX', 3600) end
      return publish()
      """)

  /// KEYS: epoch, events, newest event. ARGV: epoch, channel, length of the log, envelopes. Answers how many there were.
  static let updates = RedisScript(
    prelude + """
      for i = 4, #ARGV do
        local refused = append(ARGV[i])
        if refused then return refused end
      end
      return publish()
      """)
}
