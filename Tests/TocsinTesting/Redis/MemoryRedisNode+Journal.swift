package import TocsinCore

extension MemoryRedisNode: CooldownJournal {
  package func now() -> Timestamp { server.clock.timestamp }

  package func claim(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] {
    guard !claims.isEmpty else { return [] }
    let limit = server.journalLimit
    return try await callInEpoch { (state, now) throws(StoreError) in
      try state.take(claims, at: now, limit: limit)
    }
  }

  package func preview(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome] {
    guard !claims.isEmpty else { return [] }
    let limit = server.journalLimit
    return try await callInEpoch { (state, now) throws(StoreError) in
      var copy = state
      return try copy.take(claims, at: now, limit: limit)
    }
  }

  package func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError) {
    try await callInEpoch { (state, now) in
      let place = RedisState.Place(claim)
      if state.cooldowns[place]?.alertID == claim.entry.alertID {
        let began = earlier.alertID.timestamp
        let ends = began.advanced(by: earlier.lengthMilliseconds)
        state.cooldowns[place] =
          ends > now
          ? RedisState.Cooldown(
            fired: began, alertID: earlier.alertID, incarnation: earlier.incarnation, ends: ends) : nil
      }
      state.journal[claim.entry.alertID] = nil
    }
  }

  @discardableResult
  package func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    let length = server.eventLogLength
    return try await callInEpoch { (state, now) in
      let taken = alerts.compactMap { id in state.journal.removeValue(forKey: id).map(\.envelope) }
      state.announce(taken, at: now, keeping: length)
      return taken.count
    }
  }

  @discardableResult
  package func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int {
    let length = server.eventLogLength
    return try await callInEpoch { (state, now) in
      var taken: [[UInt8]] = []
      for id in alerts {
        guard let entry = state.journal.removeValue(forKey: id) else { continue }
        state.unwritten[id] = RedisState.Entry(envelope: entry.envelope, since: now)
        taken.append(entry.envelope)
      }
      state.announce(taken, at: now, keeping: length)
      return taken.count
    }
  }

  package func reenter(_ entries: [JournalEntry]) async throws(StoreError) {
    try await callInEpoch { (state, now) in
      let logged = Set(
        state.events.compactMap { event -> AlertID? in
          let envelope = event.bytes.withUnsafeBytes { EventEnvelope(decoding: $0) }
          return envelope?.kind == .alert ? envelope?.alertID : nil
        })
      for entry in entries where state.journal[entry.alertID] == nil && state.unwritten[entry.alertID] == nil {
        if logged.contains(entry.alertID) { continue }
        state.journal[entry.alertID] = RedisState.Entry(envelope: entry.envelope, since: now)
      }
    }
  }

  package func bury(
    _ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String
  ) async throws(StoreError) {
    try await callInEpoch { (state, _) in
      state.entomb(alert, reason: reason)
      let place = RedisState.Place(tenant: tenant, ruleID: rule, entity: entity)
      if state.cooldowns[place]?.alertID == alert { state.cooldowns[place] = nil }
    }
  }

  package func discard(_ alerts: [AlertID], reason: String) async throws(StoreError) {
    try await callInEpoch { (state, _) in
      for alert in alerts { state.entomb(alert, reason: reason) }
    }
  }

  package func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await call { (state, now) in
      let last = now.advanced(by: -milliseconds)
      return state.readable(\.journal, limit: limit) { $0.since < last }
    }
  }

  package func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry] {
    try await call { (state, _) in state.readable(\.unwritten, limit: limit) { _ in true } }
  }

  package func written(_ alerts: [AlertID]) async throws(StoreError) {
    try await callInEpoch { (state, _) in
      for alert in alerts { state.unwritten[alert] = nil }
    }
  }

  package func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding] {
    try await call { (state, _) in
      alerts.map { id in
        state.journal[id] != nil ? .journal : state.unwritten[id] != nil ? .unwritten : .none
      }
    }
  }

  package func backlog() async throws(StoreError) -> JournalBacklog {
    let limit = server.journalLimit
    return try await call { (state, _) in
      JournalBacklog(journal: state.journal.count, unwritten: state.unwritten.count, limit: limit)
    }
  }

  @discardableResult
  package func announce(changes: [AlertChange]) async throws(StoreError) -> Int {
    let length = server.eventLogLength
    return try await callInEpoch { (state, now) in
      state.changes = state.changes.filter { $0.value > now }
      var fresh: [[UInt8]] = []
      for change in changes where state.changes[change.changeID] == nil {
        state.changes[change.changeID] = now.advanced(by: 3_600_000)
        fresh.append(change.envelope)
      }
      state.announce(fresh, at: now, keeping: length)
      return fresh.count
    }
  }

  package func announce(updates: [[UInt8]]) async throws(StoreError) {
    let length = server.eventLogLength
    try await callInEpoch { (state, now) in state.announce(updates, at: now, keeping: length) }
  }

  package func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    try await callInEpoch { (state, now) in RedisState.hold(&state.keeper, node, milliseconds, at: now) }
  }
}

extension RedisState.Place {
  /// Where the cooldown of a claim is.
  init(_ claim: Claim) {
    self.init(tenant: claim.tenant, ruleID: claim.ruleID, entity: claim.entity)
  }
}

extension RedisState {
  /// Takes the cooldowns of claims in their order, and enters those that win in the journal.
  mutating func take(_ claims: [Claim], at now: Timestamp, limit: Int) throws(StoreError) -> [ClaimOutcome] {
    guard journal.count + unwritten.count < limit else {
      throw StoreError(.full, backend: "redis", message: "journal and unwritten alerts have reached their limit")
    }
    return claims.map { claim in
      if let loss = take(claim, at: now) { return .lost(loss) }
      return restoring == epoch ? .unconfirmed(.restoring) : .won
    }
  }

  /// - Returns: why the claim is lost; nil where it was won
  private mutating func take(_ claim: Claim, at now: Timestamp) -> ClaimLoss? {
    let length = claim.cooldownMilliseconds
    if length > 0 {
      let place = Place(claim)
      if newerCooldowns.contains(place) { return .newerRelease }
      if let there = cooldowns[place], there.ends > now, there.incarnation == claim.incarnation,
        now.milliseconds - there.fired.milliseconds <= length
      {
        return .cooldown(firedAt: there.fired, alertID: there.alertID)
      }
      cooldowns[place] = Cooldown(
        fired: now, alertID: claim.entry.alertID, incarnation: claim.incarnation, ends: now.advanced(by: length))
    }
    journal[claim.entry.alertID] = Entry(envelope: claim.entry.envelope, since: now)
    return nil
  }

  /// Moves an entry to the dead letters.
  mutating func entomb(_ id: AlertID, reason: String) {
    let removed = [journal.removeValue(forKey: id), unwritten.removeValue(forKey: id)]
    guard let entry = removed.compactMap(\.self).first else { return }
    deadLetters.append((id, reason, entry.envelope))
  }

  /// Entries, oldest first. What no release can read goes to the dead letters; what a newer one wrote is passed over.
  mutating func readable(
    _ entries: WritableKeyPath<RedisState, [AlertID: Entry]>, limit: Int, _ isDue: (Entry) -> Bool
  ) -> [JournalEntry] {
    var found: [JournalEntry] = []
    let due = self[keyPath: entries].filter { isDue($0.value) }
    for (id, entry) in due.sorted(by: { ($0.value.since, $0.key) < ($1.value.since, $1.key) }) where found.count < limit
    {
      switch EventEnvelope.read(entry.envelope) {
      case .envelope: found.append(JournalEntry(alertID: id, envelope: entry.envelope))
      case .damaged: entomb(id, reason: "the entry cannot be read")
      case .newer: break
      }
    }
    return found
  }
}
