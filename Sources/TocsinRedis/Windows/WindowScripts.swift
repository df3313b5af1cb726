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
  /// empty; then for each window the sample and the lookback in milliseconds; one more makes it a preview, which changes
  /// nothing.
  /// Returns the server's time, and for each window four doubles in one string: count, sum, smallest, largest.
  ///
  /// Sums stop at the largest double instead of becoming infinite, so no difference of sums is ever NaN. A clock that was
  /// set back keeps filling the newest bucket; one that was wrong by more than a lookback begins the window again.
  ///
  /// A window of a newer version, and a key of another type, are left alone; the sample then stands alone. A window whose
  /// figures cannot be (a count that is no whole number from 1 on, a sum that is not finite, a smallest value above the
  /// largest) begins again; so does one that is longer than any. Of its buckets those that cannot be are left out.
  static let add = RedisScript(
    Lua.types + Lua.now + Lua.lasting + """
      if ARGV[1] ~= '' then now = tonumber(ARGV[1]) end
      local bucket, most = '<ddddd', 1.7976931348623157e308
      local head, whole = 73, 73 + 60 * 40
      local function plus(a, b)
        return math.max(-most, math.min(most, a + b))
      end
      local function can(n, sum, low, high)
        return n >= 1 and n <= 9007199254740991 and n == math.floor(n) and sum >= -most and sum <= most
          and low >= -most and low <= high and high <= most
      end
      local reply, isPreview = {now}, ARGV[#KEYS * 2 + 2]
      for i = 1, #KEYS do
        local key, sample, lookback = KEYS[i], tonumber(ARGV[i * 2]), tonumber(ARGV[i * 2 + 1])
        local width = lookback / 60
        local start = now - now % width
        local stored = redis.pcall('GETRANGE', key, 0, head - 1)
        local isForeign = type(stored) ~= 'string' or string.match(stored, '^[2-9]') ~= nil
        local known = not isForeign and #stored == head and string.sub(stored, 1, 1) == '1'
        local began, n, sum, low, high, cn, csum, clow, chigh
        if known then
          began, n, sum, low, high, cn, csum, clow, chigh = struct.unpack('<ddddddddd', stored, 2)
          known = began <= now + lookback and can(cn, csum, clow, chigh)
            and ((n == 0 and sum == 0 and low == math.huge and high == -math.huge) or can(n, sum, low, high))
        end
        if known and began >= start then
          cn, csum, clow, chigh = cn + 1, plus(csum, sample), math.min(clow, sample), math.max(chigh, sample)
          if not isPreview then redis.call('SETRANGE', key, 41, struct.pack('<dddd', cn, csum, clow, chigh)) end
        elseif isForeign then
          n, sum, low, high, cn, csum, clow, chigh = 0, 0, sample, sample, 1, sample, sample, sample
        else
          local parts = {}
          n, sum, low, high = 0, 0, math.huge, -math.huge
          local function keep(b, bn, bsum, blow, bhigh)
            if b > now - lookback and b <= now + lookback and can(bn, bsum, blow, bhigh) then
              n, sum, low, high = n + bn, plus(sum, bsum), math.min(low, blow), math.max(high, bhigh)
              parts[#parts + 1] = struct.pack(bucket, b, bn, bsum, blow, bhigh)
            end
          end
          if known and redis.call('STRLEN', key) <= whole then
            local all = redis.call('GET', key)
            for place = head + 1, #all - 39, 40 do keep(struct.unpack(bucket, all, place)) end
            keep(began, cn, csum, clow, chigh)
          end
          cn, csum, clow, chigh = 1, sample, sample, sample
          if not isPreview then
            redis.call('SET', key,
              '1' .. struct.pack('<ddddddddd', start, n, sum, low, high, cn, csum, clow, chigh) .. table.concat(parts),
              'PX', lasting(lookback + width))
          end
        end
        reply[i + 1] = struct.pack('<dddd', n + cn, plus(sum, csum), math.min(low, clow), math.max(high, chigh))
      end
      return reply
      """)
}
