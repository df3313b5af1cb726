import RedisClient
public import TocsinCore

extension RedisBackend: EpochKeeper {
  /// The epoch of the server, or nil where it has none. Also sets the clock of ``now()``.
  public func serverEpoch() async throws(StoreError) -> String? {
    let sent = localTime()
    let replies = try await pipeline([["TIME"], ["GET", RedisArgument(keys.epoch)]])
    guard let time = replies[0].array, time.count == 2, let seconds = time[0].int, let micros = time[1].int else {
      throw .unexpected(replies[0])
    }
    heard(serverMilliseconds: Int64(seconds) * 1000 + Int64(micros) / 1000, sent: sent)
    return replies[1].string
  }

  public func holdRestoreLock(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    let reply = try await run(
      LeaseScripts.hold, keys: [keys.restoreLock], [RedisArgument(node), RedisArgument(milliseconds)])
    return reply == .integer(1)
  }

  public func begin(epoch: String) async throws(StoreError) {
    _ = try await run(
      EpochScripts.begin, keys: [keys.epoch, keys.restoring], [RedisArgument(epoch), RedisArgument(keys.channel)])
  }

  public func restore(_ cooldowns: [RunningCooldown]) async throws(StoreError) {
    // A script keeps everyone waiting: some milliseconds at most.
    var rest = cooldowns[...]
    while !rest.isEmpty {
      let some = rest.prefix(1000)
      rest = rest.dropFirst(1000)
      var arguments: [RedisArgument] = []
      arguments.reserveCapacity(4 * some.count)
      for cooldown in some {
        arguments.append(RedisArgument(cooldown.alertID.timestamp.milliseconds))
        arguments.append(RedisArgument(cooldown.alertID.description))
        arguments.append(RedisArgument(cooldown.incarnation))
        arguments.append(RedisArgument(cooldown.lengthMilliseconds))
      }
      _ = try await run(
        EpochScripts.restore,
        keys: some.map { keys.cooldown(tenant: $0.tenant, rule: $0.ruleID, entity: $0.entity) }, arguments)
    }
  }

  public func finishRestore(of epoch: String, node: String) async throws(StoreError) {
    _ = try await run(
      EpochScripts.finish, keys: [keys.restoring, keys.restoreLock], [RedisArgument(epoch), RedisArgument(node)])
  }

  public func releaseRestoreLock(node: String) async throws(StoreError) {
    // No epoch is empty: only the lock can match.
    try await finishRestore(of: "", node: node)
  }

  public func isRestoring() async throws(StoreError) -> Bool {
    try await pipeline([["EXISTS", RedisArgument(keys.restoring)]])[0] == .integer(1)
  }
}
