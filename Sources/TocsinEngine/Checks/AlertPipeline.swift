import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Turns matches into alerts. The alerts of all checks of one moment go through its stages together: a task for each of
/// them would cost more than the work itself.
final class AlertPipeline: Service {
  /// How many claims go into one script: Redis serves nobody else while it runs.
  private static let claimsAtOnce = 100

  private let stages: Stages
  private let batcher: Batcher<AlertDraft, AlertOutcome>

  /// - Parameter groups: how many groups of alerts may be on their way at once
  init(stages: Stages, groups: Int) {
    self.stages = stages
    batcher = Batcher(limit: AlertPipeline.claimsAtOnce, lanes: groups) { await stages.run($0) }
  }

  /// Raises what the matches say.
  /// - Returns: a result for each check, in the same order
  func raise(_ checks: [MatchedCheck], tenant: Tenant) async -> [Result<CheckOutcome, EngineError>] {
    var results: [Result<CheckOutcome, EngineError>] = Array(repeating: .success(.quiet), count: checks.count)
    var drafts: [AlertDraft] = []
    var places: [Int] = []
    for (place, check) in checks.enumerated() {
      drafts += draft(check, tenant: tenant)
      places += repeatElement(place, count: drafts.count - places.count)
    }
    var start = 0
    while start < drafts.count {
      let end = min(start + AlertPipeline.claimsAtOnce, drafts.count)
      let outcomes = await batcher.submit(end - start == drafts.count ? drafts : Array(drafts[start..<end]))
      for place in start..<end {
        settle(&results[places[place]], drafts[place], outcomes?[place - start] ?? .failed(.stopped))
      }
      start = end
    }
    return results
  }

  /// Raises what the matches of one check say, without a task that waits, unless they are too many for one claim.
  /// - Parameter then: called once, on any thread or before this returns
  func raise(
    _ check: MatchedCheck, tenant: Tenant, then: @escaping @Sendable (Result<CheckOutcome, EngineError>) -> Void
  ) {
    guard check.matches.count <= AlertPipeline.claimsAtOnce else {
      Task { then(await raise([check], tenant: tenant)[0]) }
      return
    }
    let drafts = draft(check, tenant: tenant)
    batcher.submit(drafts) { outcomes in
      var result: Result<CheckOutcome, EngineError> = .success(.quiet)
      for (place, draft) in drafts.enumerated() {
        self.settle(&result, draft, outcomes.map { $0[$0.startIndex + place] } ?? .failed(.stopped))
      }
      then(result)
    }
  }

  /// What would hold each draft back at this moment; nil for one that would be raised. Changes nothing.
  func preview(_ drafts: [AlertDraft]) async throws(StoreError) -> [Suppression?] {
    try await stages.preview(drafts)
  }

  /// What a port's error means here; a stale epoch also starts the recovery.
  func failure(_ error: StoreError) -> EngineError {
    stages.failure(error)
  }

  /// Raises until the service shuts down; then what waits is still raised.
  func run() async throws {
    await withGracefulShutdownHandler {
      await batcher.run()
    } onGracefulShutdown: {
      self.batcher.finish()
    }
  }

  /// The alerts that a check asks for.
  func draft(_ check: MatchedCheck, tenant: Tenant) -> [AlertDraft] {
    var generator = SystemRandomNumberGenerator()
    return check.matches.map { match in
      let rule = match.rule
      let id = AlertID(at: stages.journal.now(), using: &generator)
      let alert = Alert(match, check: check.check, alertID: id)
      let entry = JournalEntry(alertID: id, envelope: EventEnvelope.alert(alert, tenant: tenant).encoded())
      let claim = Claim(
        entry: entry, tenant: tenant, ruleID: rule.ruleID, incarnation: rule.incarnation, entity: check.check.entity,
        cooldownMilliseconds: rule.cooldownMilliseconds)
      return AlertDraft(alert: alert, claim: claim, mayRepeat: rule.mayHaveForgottenCooldowns(at: alert.timestamp))
    }
  }

  private func settle(
    _ result: inout Result<CheckOutcome, EngineError>, _ draft: AlertDraft, _ alertOutcome: AlertOutcome
  ) {
    switch alertOutcome {
    case .suppressed(let suppression):
      if case .success(let outcome) = result { result = .success(outcome.adding(suppression)) }
    case .failed(let failure): result = .failure(failure)
    case .raised(let status):
      stages.metrics.raised(draft.alert)
      guard case .success(let outcome) = result else { return }
      var alert = draft.alert
      alert.notificationStatus = status
      result = .success(outcome.adding(alert, persisted: status.isStored))
    }
  }
}

extension AlertPipeline {
  /// The stages of a group of drafts: one claim script, group commit, announcement.
  ///
  /// Nothing is half done: until the claim there is nothing; from the claim on the journal holds the alert, and
  /// the keeper finishes whatever this node does not.
  struct Stages: Sendable {
    let journal: any CooldownJournal
    let store: any AlertStore
    let writer: AlertWriter
    let announcer: Announcer
    let metrics: EngineMetrics
    let logger: Logger
    /// Tells the recovery that Redis has another epoch than the node, or that alerts are held back.
    let onStale: @Sendable () -> Void
    let shortages: Shortages

    /// Goes through all of them.
    /// - Returns: one outcome for each draft, in the same order
    func run(_ drafts: [AlertDraft]) async -> [AlertOutcome] {
      do {
        let suppressions = try await claim(drafts)
        let won = drafts.indices.filter { suppressions[$0] == nil }
        var outcomes = suppressions.map { $0.map(AlertOutcome.suppressed) ?? .failed(.stopped) }
        if !won.isEmpty {
          for (place, outcome) in zip(won, await complete(won.map { drafts[$0] })) { outcomes[place] = outcome }
        }
        return outcomes
      } catch {
        let failure = failure(error)
        return drafts.map { _ in .failed(failure) }
      }
    }

    /// What would hold each draft back at this moment; nil for one that would be raised. Changes nothing.
    func preview(_ drafts: [AlertDraft]) async throws(StoreError) -> [Suppression?] {
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
    private func claim(_ drafts: [AlertDraft]) async throws(StoreError) -> [Suppression?] {
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
    private func complete(_ drafts: [AlertDraft]) async -> [AlertOutcome] {
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
}
