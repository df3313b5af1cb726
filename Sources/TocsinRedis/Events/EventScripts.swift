import RedisClient

/// The scripts that read the event log.
enum EventScripts {
  /// KEYS: epoch, events. ARGV: the place's epoch, the place, limit.
  /// Answers the entries after the place; null where the epoch is another one, or the place is not known to be followed by
  /// all that came after it: it is not in the log, and not the beginning of a log that still has everything.
  static let after = RedisScript(
    """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
    if ARGV[2] == '0-0' then
      if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
      local info = redis.call('XINFO', 'STREAM', KEYS[2])
      local known = {}
      for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
      if known['entries-added'] ~= known['length'] then return false end
    elseif #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then
      return false
    end
    return redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
    """)

  /// KEYS: epoch, events. ARGV: the place's epoch, its milliseconds, its sequence. Answers 1 where the place is in the log
  /// or lies before the log's first entry, so was trimmed; 0 where the epoch is another one or the log lacks the place.
  static let intact = RedisScript(
    """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    if ARGV[2] == '0' and ARGV[3] == '0' then return 1 end
    local place = ARGV[2] .. '-' .. ARGV[3]
    if #redis.call('XRANGE', KEYS[2], place, place) > 0 then return 1 end
    local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    if not first then return 0 end
    local ms, seq = string.match(first[1], '^(%d+)-(%d+)$')
    ms, seq = tonumber(ms), tonumber(seq)
    if ms > tonumber(ARGV[2]) or (ms == tonumber(ARGV[2]) and seq > tonumber(ARGV[3])) then return 1 end
    return 0
    """)

  /// KEYS: epoch, events, newest event. Answers epoch and newest id; null where there is no epoch.
  static let newest = RedisScript(
    """
    local epoch = redis.call('GET', KEYS[1])
    if not epoch then return false end
    local newest = redis.call('GET', KEYS[3])
    if not newest then
      local entry = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
      newest = entry and entry[1] or '0-0'
    end
    return {epoch, newest}
    """)
}
