import NIOCore
import RedisClient
public import TocsinCore

extension RedisBackend: CooldownJournal {
  public func claim(_ claims: [Claim]) async throws(StoreError) -> ClaimOutcome {
    guard !claims.isEmpty else { return ClaimOutcome(won: [], needsConfirmation: false) }
    var names = [keys.epoch, keys.restoring, keys.journal, keys.journalTimes, keys.unwritten]
    var arguments = [try epochArgument(), RedisArgument(configuration.journalLimit)]
    names.reserveCapacity(names.count + claims.count)
    arguments.reserveCapacity(arguments.count + 4 * claims.count)
    for claim in claims {
      names.append(cooldownKey(of: claim))
      arguments.append(RedisArgument(claim.entry.alertID.description))
      arguments.append(RedisArgument(claim.entry.envelope))
      arguments.append(RedisArgument(claim.incarnation))
      arguments.append(RedisArgument(claim.cooldownMilliseconds))
    }
    let sent = localTime()
    let reply = try await run(JournalScripts.claim, keys: names, arguments)
    guard let values = reply.array, values.count == claims.count + 2, let time = values[0].int else {
      throw .unexpected(reply)
    }
    heard(serverMilliseconds: Int64(time), sent: sent)
    return ClaimOutcome(
      won: values[2...].map { $0 == .integer(1) }, needsConfirmation: values[1] == .integer(1))
  }

  public func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError) {
    _ = try await run(
      JournalScripts.retract, keys: [keys.epoch, keys.journal, keys.journalTimes, cooldownKey(of: claim)],
      [
        try epochArgument(), RedisArgument(claim.entry.alertID.description),
        RedisArgument(earlier.alertID.timestamp.milliseconds), RedisArgument(earlier.alertID.description),
        RedisArgument(earlier.incarnation), RedisArgument(earlier.lengthMilliseconds),
      ])
  }

  public func reenter(_ entries: [JournalEntry]) async throws(StoreError) {
    // Old entries reach far back into the log: each call searches it once, for as many as a script may well take.
    var rest = entries[...]
    while !rest.isEmpty {
      let some = rest.prefix(1000)
      rest = rest.dropFirst(1000)
      let oldest = some.map(\.alertID.timestamp.milliseconds).min() ?? 0
      var arguments = [try epochArgument(), RedisArgument(max(0, oldest - Self.clockTolerance))]
      for entry in some {
        arguments.append(RedisArgument(entry.alertID.description))
        arguments.append(RedisArgument(entry.envelope))
      }
      _ = try await run(
        JournalScripts.reenter,
        keys: [
          keys.epoch, keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes, keys.events,
        ],
        arguments)
    }
  }

  public func bury(
    _ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String
  ) async throws(StoreError) {
    _ = try await run(
      JournalScripts.bury,
      keys: [
        keys.epoch, keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes,
        keys.cooldown(tenant: tenant, rule: rule, entity: entity), keys.deadLetters,
      ],
      [
        try epochArgument(), RedisArgument(alert.description), RedisArgument(reason),
        RedisArgument(configuration.deadLetterLength),
      ])
  }

  public func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await oldest(keys.journal, keys.journalTimes, age: RedisArgument(milliseconds), limit: limit)
  }

  public func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await oldest(keys.unwritten, keys.unwrittenTimes, age: "", limit: limit)
  }

  public func written(_ alerts: [AlertID]) async throws(StoreError) {
    guard !alerts.isEmpty else { return }
    _ = try await run(
      JournalScripts.written, keys: [keys.epoch, keys.unwritten, keys.unwrittenTimes],
      [try epochArgument()] + alerts.map { RedisArgument($0.description) })
  }

  public func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding] {
    guard !alerts.isEmpty else { return [] }
    // An alert only ever moves from the journal to `unwritten`: asked for in this order none is missed on its way.
    let ids = alerts.map { RedisArgument($0.description) }
    let replies = try await pipeline([
      ["ZMSCORE", RedisArgument(keys.journalTimes)] + ids, ["ZMSCORE", RedisArgument(keys.unwrittenTimes)] + ids,
    ])
    guard let journal = replies[0].array, let unwritten = replies[1].array,
      journal.count == ids.count, unwritten.count == ids.count
    else { throw .unexpected(.array(replies)) }
    return zip(journal, unwritten).map { !$0.isNull ? .journal : !$1.isNull ? .unwritten : .none }
  }

  public func backlog() async throws(StoreError) -> JournalBacklog {
    let replies = try await pipeline([["HLEN", RedisArgument(keys.journal)], ["HLEN", RedisArgument(keys.unwritten)]])
    guard let journal = replies[0].int, let unwritten = replies[1].int else { throw .unexpected(.array(replies)) }
    return JournalBacklog(journal: journal, unwritten: unwritten, limit: configuration.journalLimit)
  }

  public func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    let reply = try await run(
      LeaseScripts.holdInEpoch, keys: [keys.epoch, keys.keeper],
      [try epochArgument(), RedisArgument(node), RedisArgument(milliseconds)])
    return reply == .integer(1)
  }

  /// By how many milliseconds an alert's id may be ahead of the server's clock: nodes estimate that.
  private static var clockTolerance: Int64 { 10_000 }

  private func cooldownKey(of claim: Claim) -> String {
    keys.cooldown(tenant: claim.tenant, rule: claim.ruleID, entity: claim.entity)
  }

  private func oldest(
    _ hash: String, _ times: String, age: RedisArgument, limit: Int
  ) async throws(StoreError) -> [JournalEntry] {
    guard limit > 0 else { return [] }
    let reply = try await run(JournalScripts.oldest, keys: [hash, times], [age, RedisArgument(limit)])
    guard let values = reply.array, values.count.isMultiple(of: 2) else { throw .unexpected(reply) }
    return stride(from: 0, to: values.count, by: 2).compactMap { place in
      guard let id = values[place].string.flatMap({ AlertID($0) }), let envelope = values[place + 1].bytes else {
        return nil
      }
      return JournalEntry(alertID: id, envelope: Array(envelope.readableBytesView))
    }
  }
}
