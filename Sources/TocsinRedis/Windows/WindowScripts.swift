import RedisClient

/// The script of sample windows.
///
/// A window is one string: the digit `1`, then doubles (little-endian, so sums keep every bit): the current bucket's
/// beginning; count, sum, smallest and largest of all earlier buckets of the window together; the same of the current
/// bucket; then for each earlier bucket, oldest first, beginning, count, sum, smallest, largest.
///
/// A bucket is a sixtieth of the lookback and begins at a multiple of its width, so the set of earlier buckets only changes
/// when a new one begins. In between a sample costs one read and one write of the string's beginning, whatever the rate.
enum WindowScripts {
  /// KEYS: a window for each sample and lookback. ARGV: a time in milliseconds that takes the place of the server's, or
  /// empty; then for each window the sample and the lookback in milliseconds.
  /// Answers the server's time, and for each window four doubles in one string: count, sum, smallest, largest.
  ///
  /// Sums stop at the largest double instead of becoming infinite, so no difference of sums is ever NaN. A clock that was
  /// set back keeps filling the newest bucket; one that was wrong by more than a lookback begins the window anew. A window of an unknown
  /// version is left alone; the sample then stands alone.
  static let add = RedisScript(
    Lua.now + """
      if ARGV[1] ~= '' then now = tonumber(ARGV[1]) end
      local bucket, most = '<ddddd', 1.7976931348623157e308
      local function plus(a, b)
        return math.max(-most, math.min(most, a + b))
      end
      local reply = {now}
      for i = 1, #KEYS do
        local key, sample, lookback = KEYS[i], tonumber(ARGV[i * 2]), tonumber(ARGV[i * 2 + 1])
        local width = lookback / 60
        local start = now - now % width
        local head = redis.call('GETRANGE', key, 0, 72)
        local foreign = head ~= '' and string.sub(head, 1, 1) ~= '1'
        local known = #head == 73 and not foreign
        local began, n, sum, low, high, cn, csum, clow, chigh
        if known then
          began, n, sum, low, high, cn, csum, clow, chigh = struct.unpack('<ddddddddd', head, 2)
          known = began <= now + lookback
        end
        if known and began >= start then
          cn, csum, clow, chigh = cn + 1, plus(csum, sample), math.min(clow, sample), math.max(chigh, sample)
          redis.call('SETRANGE', key, 41, struct.pack('<dddd', cn, csum, clow, chigh))
        elseif foreign then
          n, sum, low, high, cn, csum, clow, chigh = 0, 0, sample, sample, 1, sample, sample, sample
        else
          local parts = {}
          n, sum, low, high = 0, 0, math.huge, -math.huge
          local function keep(b, bn, bsum, blow, bhigh)
            if b > now - lookback then
              n, sum, low, high = n + bn, plus(sum, bsum), math.min(low, blow), math.max(high, bhigh)
              parts[#parts + 1] = struct.pack(bucket, b, bn, bsum, blow, bhigh)
            end
          end
          if known then
            local all = redis.call('GET', key)
            for place = 74, #all - 39, 40 do keep(struct.unpack(bucket, all, place)) end
            keep(began, cn, csum, clow, chigh)
          end
          cn, csum, clow, chigh = 1, sample, sample, sample
          redis.call('SET', key,
            '1' .. struct.pack('<ddddddddd', start, n, sum, low, high, cn, csum, clow, chigh) .. table.concat(parts),
            'PX', string.format('%.0f', lookback + width))
        end
        reply[i + 1] = struct.pack('<dddd', n + cn, plus(sum, csum), math.min(low, clow), math.max(high, chigh))
      end
      return reply
      """)
}
