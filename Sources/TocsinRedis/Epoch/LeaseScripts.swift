import RedisClient

/// The scripts by which one node at a time does something; a lease ends by itself.
enum LeaseScripts {
  private static func hold(_ key: String, _ node: String, _ milliseconds: String) -> String {
    """
    if redis.call('SET', \(key), \(node), 'NX', 'PX', \(milliseconds)) then return 1 end
    if redis.call('GET', \(key)) ~= \(node) then return 0 end
    redis.call('PEXPIRE', \(key), \(milliseconds))
    return 1
    """
  }

  /// KEYS: lease. ARGV: node, milliseconds. Answers 1 where the node has it now.
  static let hold = RedisScript(hold("KEYS[1]", "ARGV[1]", "ARGV[2]"))

  /// KEYS: epoch, lease. ARGV: epoch, node, milliseconds. Answers 1 where the node has it now.
  static let holdInEpoch = RedisScript(Lua.epoch + hold("KEYS[2]", "ARGV[2]", "ARGV[3]"))
}
