import TocsinCore

/// Decides whether claims count. PostgreSQL is asked where Redis may not know of an alert that a claim repeats.
struct ClaimReview: Sendable {
  let store: any AlertStore
  /// One question that is asked in vain is enough: the others would wait one after the other.
  var isPostgresAway: Bool

  /// - Returns: what holds the draft back; nil where its claim counts. One that repeats an alert was won all the same,
  ///   and has to be taken back
  mutating func verdict(on outcome: ClaimOutcome, of draft: AlertDraft) async throws(StoreError) -> Suppression? {
    switch outcome {
    case .lost(let loss): return Suppression(loss, of: draft.claim)
    case .unconfirmed:
      // Nobody else knows: while PostgreSQL is away, the claim fails.
      return try await repetition(draft)
    case .won:
      guard draft.mayRepeat, !isPostgresAway else { return nil }
      do {
        return try await repetition(draft)
      } catch {
        guard error.backend == "postgresql", error.code == .unavailable else { throw error }
        // Nobody knows, and the alert fires.
        isPostgresAway = true
        return nil
      }
    }
  }

  private func repetition(_ draft: AlertDraft) async throws(StoreError) -> Suppression? {
    let claim = draft.claim
    guard claim.cooldownMilliseconds > 0 else { return nil }
    let since = draft.alert.timestamp.advanced(by: -claim.cooldownMilliseconds)
    guard
      let earlier = try await store.newestAlert(
        ruleID: claim.ruleID, incarnation: claim.incarnation, entity: claim.entity, tenant: claim.tenant, since: since),
      earlier != claim.entry.alertID
    else { return nil }
    return Suppression(claim, repeats: earlier)
  }
}
