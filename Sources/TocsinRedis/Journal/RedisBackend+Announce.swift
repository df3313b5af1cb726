import RedisClient
package import TocsinCore

/// The part of `CooldownJournal` that tells all nodes.
extension RedisBackend {
  @discardableResult
  package func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    try await announce(alerts, Scripts.announceAlerts, keys: [keys.journal, keys.journalTimes])
  }

  @discardableResult
  package func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    try await announce(
      alerts, Scripts.announceUnwritten,
      keys: [keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes])
  }

  @discardableResult
  package func announce(changes: [AlertChange]) async throws(StoreError) -> Int {
    var count = 0
    for start in stride(from: 0, to: changes.count, by: Self.portion) {
      let some = changes[start..<min(start + Self.portion, changes.count)]
      count += try await announce(
        Scripts.announceChanges, keys: some.map { keys.announcedChange($0.changeID) },
        some.map { RedisArgument($0.envelope) })
    }
    return count
  }

  package func announce(updates: [[UInt8]]) async throws(StoreError) {
    for start in stride(from: 0, to: updates.count, by: Self.portion) {
      let some = updates[start..<min(start + Self.portion, updates.count)]
      _ = try await announce(Scripts.announceUpdates, keys: [], some.map { RedisArgument($0) })
    }
  }

  /// In portions: after a failure part of them may be announced, which is the same as that of a whole script.
  private func announce(_ alerts: [AlertID], _ script: RedisScript, keys: [String]) async throws(StoreError) -> Int {
    var count = 0
    for start in stride(from: 0, to: alerts.count, by: Self.portion) {
      let some = alerts[start..<min(start + Self.portion, alerts.count)]
      count += try await announce(script, keys: keys, some.map { RedisArgument($0.description) })
    }
    return count
  }

  private func announce(
    _ script: RedisScript, keys more: [String], _ arguments: [RedisArgument]
  ) async throws(StoreError) -> Int {
    let common = [
      try epochArgument(), RedisArgument(keys.channel), RedisArgument(configuration.eventLogLength),
    ]
    let reply = try await run(script, keys: [keys.epoch, keys.events, keys.newestEvent] + more, common + arguments)
    guard case .integer(let count) = reply else { throw .unexpected(reply) }
    return Int(clamping: count)
  }
}
