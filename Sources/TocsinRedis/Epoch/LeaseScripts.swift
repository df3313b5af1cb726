import RedisClient

/// The scripts by which one node at a time does something; a lease ends by itself.
enum LeaseScripts {
  /// What would never end, or not for an hour, or is no text, is no lease: it is replaced, or nobody would ever get one.
  /// A lease is given even where memory is short: the keeper makes room.
  private static func hold(_ key: String, _ node: String, _ milliseconds: String) -> String {
    """
    if text(\(key)) == \(node) then
      redis.call('PEXPIRE', \(key), \(milliseconds))
      return 1
    end
    local rest = redis.call('PTTL', \(key))
    if rest >= 0 and rest <= 3600000 and text(\(key)) then return 0 end
    redis.call('SET', \(key), \(node), 'PX', \(milliseconds))
    return 1
    """
  }

  /// KEYS: lease. ARGV: node, milliseconds. Answers 1 where the node has it now.
  static let hold = RedisScript(Lua.evenWithoutMemory + Lua.types + hold("KEYS[1]", "ARGV[1]", "ARGV[2]"))

  /// KEYS: epoch, lease. ARGV: epoch, node, milliseconds. Answers 1 where the node has it now.
  static let holdInEpoch = RedisScript(
    Lua.evenWithoutMemory + Lua.epoch + Lua.types + hold("KEYS[2]", "ARGV[2]", "ARGV[3]"))
}
