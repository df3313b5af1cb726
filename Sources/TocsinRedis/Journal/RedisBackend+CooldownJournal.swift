import Logging
import NIOCore
import RedisClient
package import TocsinCore

extension RedisBackend: CooldownJournal {
  package func claim(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] {
    try await outcomes(of: claims[...], isPreview: false)
  }

  package func preview(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] {
    var outcomes: [ClaimOutcome] = []
    for start in stride(from: 0, to: claims.count, by: Self.portion) {
      let some = claims[start..<min(start + Self.portion, claims.count)]
      outcomes += try await self.outcomes(of: some, isPreview: true)
    }
    return outcomes
  }

  private func outcomes(of claims: ArraySlice<Claim>, isPreview: Bool) async throws(StoreError) -> [ClaimOutcome] {
    guard !claims.isEmpty else { return [] }
    var names = [keys.epoch, keys.restoring]
    var arguments = [try epochArgument(), RedisArgument(configuration.journalLimit)]
    names.reserveCapacity(5 + claims.count)
    arguments.reserveCapacity(arguments.count + 4 * claims.count + 1)
    for claim in claims {
      names.append(cooldownKey(of: claim))
      arguments.append(RedisArgument(claim.entry.alertID.description))
      arguments.append(RedisArgument(claim.entry.envelope))
      arguments.append(RedisArgument(claim.incarnation))
      arguments.append(RedisArgument(claim.cooldownMilliseconds))
    }
    names += [keys.journal, keys.journalTimes, keys.unwritten]
    if isPreview { arguments.append("preview") }
    let sent = localTime()
    let reply = try await run(ClaimScript.claim, keys: names, arguments)
    guard let values = reply.array, values.count == claims.count + 2 else { throw .unexpected(reply) }
    heard(values[0], sent: sent)
    let isRestoring = values[1] == .integer(1)
    var outcomes: [ClaimOutcome] = []
    outcomes.reserveCapacity(claims.count)
    for (claim, value) in zip(claims, values[2...]) {
      guard let outcome = ClaimOutcome(value, isRestoring: isRestoring) else { throw .unexpected(reply) }
      if outcome == .unconfirmed(.unreadable) {
        remark(
          "a cooldown key in Redis is not valid; PostgreSQL is asked instead", ["key": "\(cooldownKey(of: claim))"])
      }
      outcomes.append(outcome)
    }
    return outcomes
  }

  package func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError) {
    _ = try await run(
      Scripts.retract, keys: [keys.epoch, keys.journal, keys.journalTimes, cooldownKey(of: claim)],
      [
        try epochArgument(), RedisArgument(claim.entry.alertID.description),
        RedisArgument(earlier.alertID.timestamp.milliseconds), RedisArgument(earlier.alertID.description),
        RedisArgument(earlier.incarnation), RedisArgument(earlier.lengthMilliseconds),
      ])
  }

  package func reenter(_ entries: [JournalEntry]) async throws(StoreError) {
    // Old entries reach far back into the log: it is searched once for each portion of them.
    for start in stride(from: 0, to: entries.count, by: Self.portion) {
      try await reenter(portion: entries[start..<min(start + Self.portion, entries.count)])
    }
  }

  private func reenter(portion: ArraySlice<JournalEntry>) async throws(StoreError) {
    let oldest = portion.map(\.alertID.timestamp.milliseconds).min() ?? 0
    var from = "\(max(0, oldest - Self.clockTolerance))"
    var rest = portion
    while true {
      var arguments = [try epochArgument(), RedisArgument(from), RedisArgument(Self.logPortion)]
      for entry in rest {
        arguments.append(RedisArgument(entry.alertID.description))
        arguments.append(RedisArgument(entry.envelope))
      }
      let reply = try await run(
        Scripts.reenter,
        keys: [keys.epoch, keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes, keys.events],
        arguments)
      guard let parts = reply.array, let isDone = parts.first else { throw .unexpected(reply) }
      if isDone == .integer(1) { return }
      guard parts.count > 2, let next = parts[1].string, next != from else { throw .unexpected(reply) }
      from = next
      let lost = Set(parts[2...].compactMap(\.string))
      rest = rest.filter { lost.contains($0.alertID.description) }[...]
    }
  }

  package func bury(
    _ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String
  ) async throws(StoreError) {
    _ = try await run(
      Scripts.bury,
      keys: [
        keys.epoch, keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes, keys.deadLetters,
        keys.formerDeadLetters, keys.cooldown(tenant: tenant, rule: rule, entity: entity),
      ],
      [
        try epochArgument(), RedisArgument(alert.description), RedisArgument(reason),
        RedisArgument(configuration.deadLetterLength),
      ])
  }

  package func discard(_ alerts: [AlertID], reason: String) async throws(StoreError) {
    try await discard(ids: alerts.map { RedisArgument($0.description) }, reason: reason)
  }

  private func discard(ids: [RedisArgument], reason: String) async throws(StoreError) {
    for start in stride(from: 0, to: ids.count, by: Self.portion) {
      _ = try await run(
        Scripts.discard,
        keys: [
          keys.epoch, keys.journal, keys.journalTimes, keys.unwritten, keys.unwrittenTimes, keys.deadLetters,
          keys.formerDeadLetters,
        ],
        [try epochArgument(), RedisArgument(reason), RedisArgument(configuration.deadLetterLength)]
          + ids[start..<min(start + Self.portion, ids.count)])
    }
  }

  package func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await oldest(keys.journal, keys.journalTimes, age: RedisArgument(milliseconds), limit: limit)
  }

  package func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await oldest(keys.unwritten, keys.unwrittenTimes, age: "", limit: limit)
  }

  package func written(_ alerts: [AlertID]) async throws(StoreError) {
    for start in stride(from: 0, to: alerts.count, by: Self.portion) {
      _ = try await run(
        Scripts.written, keys: [keys.epoch, keys.unwritten, keys.unwrittenTimes],
        [try epochArgument()]
          + alerts[start..<min(start + Self.portion, alerts.count)].map { RedisArgument($0.description) })
    }
  }

  package func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding] {
    guard !alerts.isEmpty else { return [] }
    // An alert only ever moves from the journal to `unwritten`: asked for in this order none is missed on its way.
    let replies = try await pipeline(
      [keys.journal, keys.unwritten].flatMap { hash in
        alerts.map { ["HEXISTS", RedisArgument(hash), RedisArgument($0.description)] }
      })
    return zip(replies.prefix(alerts.count), replies.dropFirst(alerts.count)).map { journal, unwritten in
      journal == .integer(1) ? .journal : unwritten == .integer(1) ? .unwritten : .none
    }
  }

  package func backlog() async throws(StoreError) -> JournalBacklog {
    let replies = try await pipeline([["HLEN", RedisArgument(keys.journal)], ["HLEN", RedisArgument(keys.unwritten)]])
    guard let journal = replies[0].int, let unwritten = replies[1].int else { throw .unexpected(.array(replies)) }
    return JournalBacklog(journal: journal, unwritten: unwritten, limit: configuration.journalLimit)
  }

  package func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    let reply = try await run(
      Scripts.holdLeaseInEpoch, keys: [keys.epoch, keys.keeper],
      [try epochArgument(), RedisArgument(node), RedisArgument(milliseconds)])
    return reply == .integer(1)
  }

  /// By how many milliseconds an alert's id may be ahead of the server's clock: nodes estimate that.
  private static var clockTolerance: Int64 { 10_000 }

  private func cooldownKey(of claim: Claim) -> String {
    keys.cooldown(tenant: claim.tenant, rule: claim.ruleID, entity: claim.entity)
  }

  /// How many entries of the log one script searches at most.
  private static var logPortion: Int { 2048 }

  /// Gives every entry a time that has none: nobody would ever meet it.
  private func date(_ hash: String, _ times: String) async throws(StoreError) {
    remark("entries had no time; they count from now on", ["key": "\(hash)"])
    var place = "0"
    repeat {
      let reply = try await run(Scripts.date, keys: [hash, times], [RedisArgument(place)])
      guard let next = reply.string else { throw .unexpected(reply) }
      place = next
    } while place != "0"
  }

  /// Reads on in portions past what a newer release wrote, until it has as many as are wanted; what no release can read
  /// goes to the dead letters, or it would be read again for ever. Mends what is between a hash and its times.
  private func oldest(
    _ hash: String, _ times: String, age: RedisArgument, limit: Int
  ) async throws(StoreError) -> [JournalEntry] {
    guard limit > 0 else { return [] }
    var entries: [JournalEntry] = []
    var damaged: [RedisArgument] = []
    var offset = 0
    var goesOn = true
    var isDated = false
    while goesOn, entries.count < limit {
      let size = min(Self.portion, limit - entries.count)
      let reply = try await run(
        Scripts.oldest, keys: [hash, times], [age, RedisArgument(offset), RedisArgument(size)])
      guard let values = reply.array, values.count >= 3, !values.count.isMultiple(of: 2), let orphans = values[1].int
      else { throw .unexpected(reply) }
      if orphans > 0 { remark("times without an entry were removed", ["key": "\(times)", "count": "\(orphans)"]) }
      if values[2] == .integer(1), !isDated {
        try await date(hash, times)
        (isDated, offset, entries, damaged) = (true, 0, [], [])
        continue
      }
      goesOn = values[0] == .integer(1)
      offset += size - orphans
      for place in stride(from: 3, to: values.count, by: 2) {
        guard let name = values[place].bytes, let envelope = values[place + 1].bytes else { throw .unexpected(reply) }
        let bytes = Array(envelope.readableBytesView)
        let id = AlertID(String(buffer: name))
        switch EventEnvelope.read(bytes) {
        case .envelope:
          if let id { entries.append(JournalEntry(alertID: id, envelope: bytes)) } else { fallthrough }
        case .damaged: damaged.append(RedisArgument(name))
        case .newer: break
        }
      }
    }
    if !damaged.isEmpty {
      remark(
        "entries that cannot be read go to the dead letters",
        ["key": "\(hash)", "count": .stringConvertible(damaged.count)])
      do throws(StoreError) {
        try await discard(ids: damaged, reason: "the entry cannot be read")
      } catch {
        // They are in nobody's way, and are met again.
        guard error.code != .stale else { throw error }
        remark("entries that cannot be read could not be discarded", ["key": "\(hash)", "error": "\(error)"])
      }
    }
    return entries
  }
}
