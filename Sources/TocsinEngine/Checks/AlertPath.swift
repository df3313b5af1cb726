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
      let suppressions = try await claim(drafts)
      let won = drafts.indices.filter { suppressions[$0] == nil }
      var fates = suppressions.map { $0.map(Draft.Fate.suppressed) ?? .failed(.stopped) }
      if !won.isEmpty {
        for (place, fate) in zip(won, await complete(won.map { drafts[$0] })) { fates[place] = fate }
      }
      return fates
    } catch {
      let failure = failure(error)
      return drafts.map { _ in .failed(failure) }
    }
  }

  /// What would hold each draft back at this moment; nil for one that would be raised. Changes nothing.
  func preview(_ drafts: [Draft]) async throws(StoreError) -> [Suppression?] {
    let outcomes = try await journal.preview(drafts.map(\.claim))
    var review = ClaimReview(store: store, isPostgresAway: writer.isAway)
    var suppressions: [Suppression?] = []
    for (draft, outcome) in zip(drafts, outcomes) {
      suppressions.append(try await review.verdict(on: outcome, of: draft))
    }
    return suppressions
  }

  /// What a port's error means here; a stale epoch also starts the recovery.
  func failure(_ error: StoreError) -> EngineError {
    if error.code == .stale { onStale() }
    shortages.failed(error)
    return EngineError(error, logger: logger)
  }

  /// - Returns: what holds each draft back; nil for one whose claim was won and counts
  private func claim(_ drafts: [Draft]) async throws(StoreError) -> [Suppression?] {
    let start = ContinuousClock.now
    let outcomes = try await journal.claim(drafts.map(\.claim))
    metrics.claim.observe(ContinuousClock.now - start)
    var review = ClaimReview(store: store, isPostgresAway: writer.isAway)
    var suppressions: [Suppression?] = []
    suppressions.reserveCapacity(drafts.count)
    for (draft, outcome) in zip(drafts, outcomes) {
      let suppression = try await review.verdict(on: outcome, of: draft)
      if let suppression {
        if suppression.reason == .repeat, let earlier = suppression.alertID {
          try await journal.retract(draft.claim, inFavourOf: RunningCooldown(of: draft.claim, begunBy: earlier))
        }
        metrics.suppressed(suppression)
      }
      suppressions.append(suppression)
    }
    return suppressions
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
      let status = announced ? ["database": true, "websocket": true] : ["database": true]
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
        return drafts.map { _ in .raised(["websocket": true]) }
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
