import RedisClient

/// The scripts that append to the event log and publish what they appended, in one step: so the log and the messages of
/// all nodes have one order.
enum AnnounceScripts {
  private static let prelude =
    Lua.epoch + """
      local log, newest, channel, length = KEYS[2], KEYS[3], ARGV[2], ARGV[3]

      """ + Lua.announce

  /// KEYS: epoch, events, newest event, journal, its times.
  /// ARGV: epoch, channel, length of the log, alert ids. Answers how many were announced.
  static let alerts = RedisScript(
    prelude + """
      for i = 4, #ARGV do
        local envelope = redis.call('HGET', KEYS[4], ARGV[i])
        if envelope then
          append(envelope)
          redis.call('HDEL', KEYS[4], ARGV[i])
          redis.call('ZREM', KEYS[5], ARGV[i])
        end
      end
      return publish()
      """)

  /// As ``alerts``, with two more KEYS: unwritten, its times.
  static let unwritten = RedisScript(
    prelude + Lua.now + """
      for i = 4, #ARGV do
        local envelope = redis.call('HGET', KEYS[4], ARGV[i])
        if envelope then
          append(envelope)
          redis.call('HSET', KEYS[6], ARGV[i], envelope)
          redis.call('ZADD', KEYS[7], now, ARGV[i])
          redis.call('HDEL', KEYS[4], ARGV[i])
          redis.call('ZREM', KEYS[5], ARGV[i])
        end
      end
      return publish()
      """)

  /// KEYS: epoch, events, newest event, then a key for each change that says that it was announced.
  /// ARGV: epoch, channel, length of the log, envelopes. Answers how many were announced.
  static let changes = RedisScript(
    prelude + """
      for i = 4, #KEYS do
        if redis.call('SET', KEYS[i], '1', 'NX', 'EX', 3600) then append(ARGV[i]) end
      end
      return publish()
      """)
}
