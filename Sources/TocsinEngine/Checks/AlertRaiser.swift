import Logging
import TocsinCore

/// A check and the rules that speak about it.
struct RaisedCheck: Sendable {
  var check: Check
  var candidates: [Candidate]
}

/// Turns candidates into alerts: one claim script, group commit, announcement.
///
/// Nothing is half done: until the claim there is nothing; from the claim on the journal holds the alert, and
/// the keeper finishes whatever this node does not.
final class AlertRaiser: Sendable {
  private let journal: any CooldownJournal
  private let claimer: Claimer
  private let store: any AlertStore
  private let writer: AlertWriter
  private let announcer: Announcer
  private let metrics: EngineMetrics
  private let logger: Logger
  /// Tells the recovery that Redis has another epoch than the node, or that alerts are held back.
  private let onStale: @Sendable () -> Void

  init(
    journal: any CooldownJournal, claimer: Claimer, store: any AlertStore, writer: AlertWriter, announcer: Announcer,
    metrics: EngineMetrics, logger: Logger, onStale: @escaping @Sendable () -> Void
  ) {
    self.journal = journal
    self.claimer = claimer
    self.store = store
    self.writer = writer
    self.announcer = announcer
    self.metrics = metrics
    self.logger = logger
    self.onStale = onStale
  }

  /// One alert on its way.
  private struct Draft: Sendable {
    var index: Int
    var alert: Alert
    var claim: Claim
  }

  /// Raises what the candidates say.
  /// - Returns: a result for each check, in their order
  func raise(_ checks: [RaisedCheck], tenant: Tenant) async -> [Result<CheckOutcome, EngineError>] {
    var results: [Result<CheckOutcome, EngineError>] = Array(repeating: .success(.quiet), count: checks.count)
    let drafts = draft(checks, tenant: tenant)
    var start = 0
    while start < drafts.count {
      let chunk = Array(drafts[start..<min(start + Claimer.claimsAtOnce, drafts.count)])
      start += chunk.count
      do {
        let won = try await claim(chunk, tenant: tenant)
        if !won.isEmpty { await complete(won, tenant: tenant, into: &results) }
      } catch {
        let failure = failure(error)
        for draft in chunk { AlertRaiser.fail(&results[draft.index], failure) }
      }
    }
    return results
  }

  /// What a port's error means here; a stale epoch also starts the recovery.
  func failure(_ error: StoreError) -> EngineError {
    if error.code == .stale { onStale() }
    return EngineError(error, logger: logger)
  }

  private func draft(_ checks: [RaisedCheck], tenant: Tenant) -> [Draft] {
    var generator = SystemRandomNumberGenerator()
    var drafts: [Draft] = []
    for (index, raised) in checks.enumerated() {
      for candidate in raised.candidates {
        let rule = candidate.rule
        let id = AlertID(at: journal.now(), using: &generator)
        let alert = Alert(candidate, check: raised.check, alertID: id)
        let entry = JournalEntry(alertID: id, envelope: EventEnvelope.alert(alert, tenant: tenant).encoded())
        let claim = Claim(
          entry: entry, tenant: tenant, ruleID: rule.ruleID, incarnation: rule.incarnation, entity: raised.check.entity,
          cooldownMilliseconds: rule.cooldownMilliseconds)
        drafts.append(Draft(index: index, alert: alert, claim: claim))
      }
    }
    return drafts
  }

  private func claim(_ drafts: [Draft], tenant: Tenant) async throws(StoreError) -> [Draft] {
    let verdicts = try await claimer.claim(drafts.map(\.claim))
    var won: [Draft] = []
    for (draft, verdict) in zip(drafts, verdicts) where verdict.isWon {
      if verdict.needsConfirmation, try await isRepeat(draft, tenant: tenant) { continue }
      won.append(draft)
    }
    metrics.suppressed.increment(by: drafts.count - won.count)
    return won
  }

  /// While cooldowns are being restored, PostgreSQL knows better than Redis.
  private func isRepeat(_ draft: Draft, tenant: Tenant) async throws(StoreError) -> Bool {
    let claim = draft.claim
    guard claim.cooldownMilliseconds > 0 else { return false }
    let since = draft.alert.timestamp.advanced(by: -claim.cooldownMilliseconds)
    guard
      let earlier = try await store.newestAlert(
        ruleID: claim.ruleID, incarnation: claim.incarnation, entity: claim.entity, tenant: tenant, since: since),
      earlier != claim.entry.alertID
    else { return false }
    try await journal.retract(claim, inFavourOf: RunningCooldown(of: claim, begunBy: earlier))
    return true
  }

  /// Writes and announces alerts whose claims were won.
  private func complete(
    _ drafts: [Draft], tenant: Tenant, into results: inout [Result<CheckOutcome, EngineError>]
  ) async {
    let answer = await writer.write(drafts.map { StoredAlert(alert: $0.alert, tenant: tenant) })
    switch answer {
    case .written(let refused):
      let kept = drafts.filter { refused[$0.alert.alertID] == nil }
      let announced = kept.isEmpty ? true : await announcer.announce(kept.map(\.claim.entry))
      if !announced { onStale() }
      for draft in drafts {
        if let reason = refused[draft.alert.alertID] {
          AlertRaiser.fail(&results[draft.index], EngineError(.rejected, "postgresql refuses the alert: \(reason)"))
        } else {
          add(draft, status: announced ? ["database": true, "websocket": true] : ["database": true], to: &results)
        }
      }
    case .late:
      do {
        let ids = drafts.map(\.alert.alertID)
        if try await journal.announceUnwritten(ids) < ids.count {
          // The keeper was faster, or the server lost entries: what is lost is entered again.
          try await journal.reenter(drafts.map(\.claim.entry))
          try await journal.announceUnwritten(ids)
        }
        metrics.notPersisted.increment(by: drafts.count)
        for draft in drafts { add(draft, status: ["websocket": true], to: &results) }
      } catch {
        // The journal holds them: the keeper writes and announces them when both servers are back.
        let failure = failure(error)
        for draft in drafts { AlertRaiser.fail(&results[draft.index], failure) }
      }
    }
  }

  private func add(_ draft: Draft, status: [String: Bool], to results: inout [Result<CheckOutcome, EngineError>]) {
    metrics.raised(draft.alert)
    guard case .success(let outcome) = results[draft.index] else { return }
    var alert = draft.alert
    alert.notificationStatus = status
    results[draft.index] = .success(
      CheckOutcome(alerts: outcome.alerts + [alert], persisted: outcome.persisted && status["database"] == true))
  }

  private static func fail(_ result: inout Result<CheckOutcome, EngineError>, _ failure: EngineError) {
    result = .failure(failure)
  }
}
