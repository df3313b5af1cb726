import Logging
import TocsinCore
import TocsinMetrics

/// The way of a group of drafts: one claim script, group commit, announcement.
///
/// Nothing is half done: until the claim there is nothing; from the claim on the journal holds the alert, and
/// the keeper finishes whatever this node does not.
struct AlertPath: Sendable {
  let journal: any CooldownJournal
  let store: any AlertStore
  let writer: AlertWriter
  let announcer: Announcer
  let metrics: EngineMetrics
  let logger: Logger
  /// Tells the recovery that Redis has another epoch than the node, or that alerts are held back.
  let onStale: @Sendable () -> Void
  let shortages: Shortages

  /// Goes the whole way.
  /// - Returns: one fate for each draft, in their order
  func follow(_ drafts: [Draft]) async -> [Draft.Fate] {
    do {
      var fates = [Draft.Fate](repeating: .suppressed, count: drafts.count)
      let won = try await claim(drafts)
      metrics.suppressed.increment(by: drafts.count - won.count)
      if !won.isEmpty {
        for (place, fate) in zip(won, await complete(won.map { drafts[$0] })) { fates[place] = fate }
      }
      return fates
    } catch {
      let failure = failure(error)
      return drafts.map { _ in .failed(failure) }
    }
  }

  /// What a port's error means here; a stale epoch also starts the recovery.
  func failure(_ error: StoreError) -> EngineError {
    if error.code == .stale { onStale() }
    shortages.failed(error)
    return EngineError(error, logger: logger)
  }

  /// - Returns: the places of the drafts whose claims were won
  private func claim(_ drafts: [Draft]) async throws(StoreError) -> [Int] {
    let start = ContinuousClock.now
    let outcome = try await journal.claim(drafts.map(\.claim))
    metrics.claim.observe(ContinuousClock.now - start)
    var won: [Int] = []
    won.reserveCapacity(drafts.count)
    // One draft that waited in vain is enough: the others would wait one after the other.
    var isPostgresAway = writer.isAway
    for (place, isWon) in outcome.won.enumerated() where isWon {
      if outcome.needsConfirmation || outcome.unsure.contains(place) {
        if try await isRepeat(drafts[place]) { continue }
      } else if drafts[place].mayRepeat, !isPostgresAway {
        switch try await isKnownRepeat(drafts[place]) {
        case true?: continue
        case false?: break
        case nil: isPostgresAway = true
        }
      }
      won.append(place)
    }
    return won
  }

  /// Redis may have forgotten a cooldown that has become longer since it began.
  /// - Returns: nil where PostgreSQL is away: then nobody knows, and the alert fires
  private func isKnownRepeat(_ draft: Draft) async throws(StoreError) -> Bool? {
    do {
      return try await isRepeat(draft)
    } catch {
      guard error.backend == "postgresql", error.code == .unavailable else { throw error }
      return nil
    }
  }

  /// While cooldowns are being restored, PostgreSQL knows better than Redis.
  private func isRepeat(_ draft: Draft) async throws(StoreError) -> Bool {
    let claim = draft.claim
    guard claim.cooldownMilliseconds > 0 else { return false }
    let since = draft.alert.timestamp.advanced(by: -claim.cooldownMilliseconds)
    guard
      let earlier = try await store.newestAlert(
        ruleID: claim.ruleID, incarnation: claim.incarnation, entity: claim.entity, tenant: claim.tenant, since: since),
      earlier != claim.entry.alertID
    else { return false }
    try await journal.retract(claim, inFavourOf: RunningCooldown(of: claim, begunBy: earlier))
    return true
  }

  /// Writes and announces alerts whose claims were won.
  private func complete(_ drafts: [Draft]) async -> [Draft.Fate] {
    let entries = drafts.map(\.claim.entry)
    announcer.begin(entries)
    defer { announcer.end(entries) }
    switch await writer.write(drafts.map { StoredAlert(alert: $0.alert, tenant: $0.claim.tenant) }) {
    case .written(let refused):
      let kept = refused.isEmpty ? drafts : drafts.filter { refused[$0.alert.alertID] == nil }
      let announced = kept.isEmpty ? true : await announcer.announce(kept.map(\.claim.entry))
      if !announced { onStale() }
      let status: NotificationStatus = announced ? .announced : .stored
      return drafts.map { draft in
        if let reason = refused[draft.alert.alertID] {
          return .failed(EngineError(.rejected, "postgresql refuses the alert: \(reason)"))
        }
        return .raised(status)
      }
    case .late:
      do {
        try await announceUnwritten(entries)
        metrics.notPersisted.increment(by: drafts.count)
        return drafts.map { _ in .raised(.pushed) }
      } catch {
        // The journal holds them, or will again: the keeper writes and announces them when both servers are back.
        announcer.leave(entries)
        let failure = failure(error)
        return drafts.map { _ in .failed(failure) }
      }
    }
  }

  private func announceUnwritten(_ entries: [JournalEntry]) async throws(StoreError) {
    let ids = entries.map(\.alertID)
    if try await journal.announceUnwritten(ids) < ids.count {
      // The keeper was faster, or the server lost entries: what is lost is entered again.
      try await journal.reenter(entries)
      try await journal.announceUnwritten(ids)
    }
  }
}
