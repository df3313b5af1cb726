import RedisClient
public import TocsinCore

/// The part of `CooldownJournal` that tells all nodes.
extension RedisBackend {
  @discardableResult
  public func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    guard !alerts.isEmpty else { return 0 }
    return try await announce(
      AnnounceScripts.alerts, keys: [keys.journal, keys.journalTimes], alerts.map { RedisArgument($0.description) })
  }

  @discardableResult
  public func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    guard !alerts.isEmpty else { return 0 }
    return try await announce(
      AnnounceScripts.unwritten, keys: [keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes],
      alerts.map { RedisArgument($0.description) })
  }

  @discardableResult
  public func announce(changes: [AlertChange]) async throws(StoreError) -> Int {
    guard !changes.isEmpty else { return 0 }
    return try await announce(
      AnnounceScripts.changes, keys: changes.map { keys.announcedChange($0.changeID) },
      changes.map { RedisArgument($0.envelope) })
  }

  public func announce(updates: [[UInt8]]) async throws(StoreError) {
    guard !updates.isEmpty else { return }
    _ = try await announce(AnnounceScripts.updates, keys: [], updates.map { RedisArgument($0) })
  }

  private func announce(
    _ script: RedisScript, keys more: [String], _ arguments: [RedisArgument]
  ) async throws(StoreError) -> Int {
    let common = [
      try epochArgument(), RedisArgument(keys.channel), RedisArgument(configuration.eventLogLength),
    ]
    let reply = try await run(script, keys: [keys.epoch, keys.events, keys.newestEvent] + more, common + arguments)
    guard case .integer(let count) = reply else { throw .unexpected(reply) }
    return Int(count)
  }
}
