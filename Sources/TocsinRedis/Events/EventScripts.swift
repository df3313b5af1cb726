import RedisClient

/// The scripts that read the event log.
enum EventScripts {
  /// KEYS: epoch, events. ARGV: the place's epoch, the place, limit.
  /// Answers the entries after the place; null where the epoch is another one, or the place is not known to be followed by
  /// all that came after it: it is not in the log, and not the beginning of a log that still has everything. Of an entry
  /// that is longer than any event, only the place.
  static let after = RedisScript(
    Lua.types + """
      if text(KEYS[1]) ~= ARGV[1] or foreign(KEYS[2], 'stream') then return false end
      if ARGV[2] == '0-0' then
        if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
        local info = redis.call('XINFO', 'STREAM', KEYS[2])
        local known = {}
        for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
        if known['entries-added'] ~= known['length'] then return false end
      elseif #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then
        return false
      end
      local page = redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
      for _, entry in ipairs(page) do
        local size = 0
        for _, part in ipairs(entry[2]) do size = size + #part end
        if size > \(Lua.entryLimit) then entry[2] = {} end
      end
      return page
      """)

  /// KEYS: epoch, events. ARGV: the place's epoch, its milliseconds, its sequence. Answers 1 where the place is in the log
  /// or lies before the log's first entry, so was trimmed, or the key holds no log at all, which a new epoch would not mend;
  /// 0 where the epoch is another one, the log lacks the place, or nothing can be appended any more.
  static let intact = RedisScript(
    Lua.types + Lua.isUsedUp + """
      if text(KEYS[1]) ~= ARGV[1] then return 0 end
      if foreign(KEYS[2], 'stream') then return 1 end
      if isUsedUp(KEYS[2]) then return 0 end
      if ARGV[2] == '0' and ARGV[3] == '0' then return 1 end
      local place = ARGV[2] .. '-' .. ARGV[3]
      if #redis.call('XRANGE', KEYS[2], place, place) > 0 then return 1 end
      local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
      if not first then return 0 end
      local function isMore(a, b) return #a > #b or (#a == #b and a > b) end
      local ms, seq = string.match(first[1], '^(%d+)-(%d+)$')
      if isMore(ms, ARGV[2]) or (ms == ARGV[2] and isMore(seq, ARGV[3])) then return 1 end
      return 0
      """)

  /// KEYS: epoch, events, newest event. Answers epoch and newest id; null where there is no epoch.
  static let newest = RedisScript(
    Lua.types + Lua.place + """
      local epoch = text(KEYS[1])
      if not epoch then return false end
      return {epoch, place(text(KEYS[3])) or top(KEYS[2])}
      """)
}
