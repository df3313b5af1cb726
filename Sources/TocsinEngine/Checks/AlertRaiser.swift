import ServiceLifecycle
import TocsinCore

/// A check and the rules that speak about it.
struct RaisedCheck: Sendable {
  var check: Check
  var candidates: [Candidate]
}

/// Turns candidates into alerts. The alerts of all checks of one moment go their way together (``AlertPath``): a task
/// for each of them would cost more than the work itself.
final class AlertRaiser: Service {
  /// How many claims go into one script: Redis serves nobody else while it runs.
  private static let claimsAtOnce = 100

  private let path: AlertPath
  private let batcher: Batcher<Draft, Draft.Fate>

  /// - Parameter groups: how many groups of alerts may be on their way at once
  init(path: AlertPath, groups: Int) {
    self.path = path
    batcher = Batcher(limit: AlertRaiser.claimsAtOnce, lanes: groups) { await path.follow($0) }
  }

  /// Raises what the candidates say.
  /// - Returns: a result for each check, in their order
  func raise(_ checks: [RaisedCheck], tenant: Tenant) async -> [Result<CheckOutcome, EngineError>] {
    var results: [Result<CheckOutcome, EngineError>] = Array(repeating: .success(.quiet), count: checks.count)
    var drafts: [Draft] = []
    var places: [Int] = []
    for (place, check) in checks.enumerated() {
      drafts += draft(check, tenant: tenant)
      places += repeatElement(place, count: drafts.count - places.count)
    }
    var start = 0
    while start < drafts.count {
      let end = min(start + AlertRaiser.claimsAtOnce, drafts.count)
      let fates = await batcher.submit(end - start == drafts.count ? drafts : Array(drafts[start..<end]))
      for place in start..<end {
        settle(&results[places[place]], drafts[place], fates?[place - start] ?? .failed(.stopped))
      }
      start = end
    }
    return results
  }

  /// Raises what the candidates of one check say, without a task that waits, unless they are too many for one claim.
  /// - Parameter then: called once, on any thread or before this returns
  func raise(
    _ check: RaisedCheck, tenant: Tenant, then: @escaping @Sendable (Result<CheckOutcome, EngineError>) -> Void
  ) {
    guard check.candidates.count <= AlertRaiser.claimsAtOnce else {
      Task { then(await raise([check], tenant: tenant)[0]) }
      return
    }
    let drafts = draft(check, tenant: tenant)
    batcher.submit(drafts) { fates in
      var result: Result<CheckOutcome, EngineError> = .success(.quiet)
      for (place, draft) in drafts.enumerated() {
        self.settle(&result, draft, fates.map { $0[$0.startIndex + place] } ?? .failed(.stopped))
      }
      then(result)
    }
  }

  /// What a port's error means here; a stale epoch also starts the recovery.
  func failure(_ error: StoreError) -> EngineError {
    path.failure(error)
  }

  /// Raises until the service shuts down; then what waits is still raised.
  func run() async throws {
    await withGracefulShutdownHandler {
      await batcher.run()
    } onGracefulShutdown: {
      self.batcher.finish()
    }
  }

  private func draft(_ check: RaisedCheck, tenant: Tenant) -> [Draft] {
    var generator = SystemRandomNumberGenerator()
    return check.candidates.map { candidate in
      let rule = candidate.rule
      let id = AlertID(at: path.journal.now(), using: &generator)
      let alert = Alert(candidate, check: check.check, alertID: id)
      let entry = JournalEntry(alertID: id, envelope: EventEnvelope.alert(alert, tenant: tenant).encoded())
      let claim = Claim(
        entry: entry, tenant: tenant, ruleID: rule.ruleID, incarnation: rule.incarnation, entity: check.check.entity,
        cooldownMilliseconds: rule.cooldownMilliseconds)
      return Draft(alert: alert, claim: claim, mayRepeat: rule.mayHaveForgottenCooldowns(at: alert.timestamp))
    }
  }

  private func settle(_ result: inout Result<CheckOutcome, EngineError>, _ draft: Draft, _ fate: Draft.Fate) {
    switch fate {
    case .suppressed: break
    case .failed(let failure): result = .failure(failure)
    case .raised(let status):
      path.metrics.raised(draft.alert)
      guard case .success(let outcome) = result else { return }
      var alert = draft.alert
      alert.notificationStatus = status
      result = .success(
        CheckOutcome(alerts: outcome.alerts + [alert], persisted: outcome.persisted && status.isStored))
    }
  }
}
