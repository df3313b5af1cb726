import Logging
package import TocsinCore
import TocsinMetrics

/// The way of a check: rules, windows, evaluation, claim, commit, announcement.
package final class CheckPipeline: Sendable {
  /// How far a check came without waiting.
  package enum Step: Sendable {
    /// No rule speaks: nothing was written, nothing is to be done.
    case quiet
    /// Something must be waited for: pass it to ``CheckPipeline/finish(_:)``.
    case pending(PendingCheck)
  }

  let book: RuleBook
  let windows: any SampleWindows
  let alerts: AlertPipeline
  let metrics: EngineMetrics

  init(book: RuleBook, windows: any SampleWindows, alerts: AlertPipeline, metrics: EngineMetrics) {
    self.book = book
    self.windows = windows
    self.alerts = alerts
    self.metrics = metrics
  }

  /// Evaluates as much as can be done in memory. Never blocks: call it on an event loop.
  /// - Throws: `unavailable` before the node has rules
  package func begin(_ check: Check, tenant: Tenant) throws(EngineError) -> Step {
    guard let index = book.index(of: tenant) else { throw EngineError.rulesNotLoaded }
    metrics.checks.increment()
    switch index.evaluate(check) {
    case .quiet: return .quiet
    case .matches(let matches):
      return .pending(PendingCheck(check: check, tenant: tenant, work: .matches(matches)))
    case .needsWindows(let lookbackMinutes, let rules):
      return .pending(
        PendingCheck(check: check, tenant: tenant, work: .windows(lookbackMinutes: lookbackMinutes, rules: rules)))
    }
  }

  /// Does the rest of a check.
  /// - Throws: `unavailable`: the check may still fire within seconds, sending it again never doubles it for a rule
  ///   with a cooldown; `rejected` when PostgreSQL refuses the alert
  package func finish(_ pending: PendingCheck) async throws(EngineError) -> CheckOutcome {
    let results = await finish([pending])
    return try results[0].get()
  }

  /// The same without a task, unless windows have to be read or very many rules speak.
  /// - Parameters:
  ///   - executor: where a task that reads windows runs
  ///   - then: called once, on any thread or before this returns
  package func finish(
    _ pending: PendingCheck, on executor: any TaskExecutor,
    then: @escaping @Sendable (Result<CheckOutcome, EngineError>) -> Void
  ) {
    guard case .matches(let matches) = pending.work else {
      Task(executorPreference: executor) { then(await self.finish([pending])[0]) }
      return
    }
    alerts.raise(MatchedCheck(check: pending.check, matches: matches), tenant: pending.tenant, then: then)
  }

  /// Evaluates a check from start to end.
  package func check(_ check: Check, tenant: Tenant) async throws(EngineError) -> CheckOutcome {
    switch try begin(check, tenant: tenant) {
    case .quiet: .quiet
    case .pending(let pending): try await finish(pending)
    }
  }

  /// Evaluates checks in their order, with one round trip for all windows and few for all claims.
  /// - Returns: a result for each, in their order
  /// - Throws: `unavailable` before the node has rules
  package func check(
    batch: [Check], tenant: Tenant
  ) async throws(EngineError) -> [Result<CheckOutcome, EngineError>] {
    var results: [Result<CheckOutcome, EngineError>] = []
    results.reserveCapacity(batch.count)
    var pending: [PendingCheck] = []
    var places: [Int] = []
    for check in batch {
      if case .pending(let step) = try begin(check, tenant: tenant) {
        pending.append(step)
        places.append(results.count)
      }
      results.append(.success(.quiet))
    }
    for (place, result) in zip(places, await finish(pending)) { results[place] = result }
    return results
  }

  /// Does the rest of checks of one tenant.
  private func finish(_ pending: [PendingCheck]) async -> [Result<CheckOutcome, EngineError>] {
    guard let tenant = pending.first?.tenant else { return [] }
    let aggregates: [[WindowAggregate]]
    do { aggregates = try await addSamples(of: pending, tenant: tenant) } catch {
      // Without their windows none of these checks can be judged: all of them are to be sent again.
      let failure = alerts.failure(error)
      return pending.map { _ in .failure(failure) }
    }
    var raised: [MatchedCheck] = []
    var next = 0
    for item in pending {
      switch item.work {
      case .matches(let matches):
        raised.append(MatchedCheck(check: item.check, matches: matches))
      case .windows(let lookbackMinutes, let rules):
        let pairs = zip(lookbackMinutes, aggregates[next])
        next += 1
        let matches = rules.resume(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        raised.append(MatchedCheck(check: item.check, matches: matches))
      }
    }
    return await alerts.raise(raised, tenant: tenant)
  }

  private func addSamples(
    of pending: [PendingCheck], tenant: Tenant
  ) async throws(StoreError) -> [[WindowAggregate]] {
    let requests: [SampleRequest] = pending.compactMap { item in
      guard case .windows(let lookbackMinutes, _) = item.work else { return nil }
      return SampleRequest(item.check, lookbackMinutes: lookbackMinutes)
    }
    if requests.isEmpty { return [] }
    return try await windows.add(requests, tenant: tenant)
  }
}

extension SampleRequest {
  /// The sample that a check is.
  init(_ check: Check, lookbackMinutes: [Int]) {
    self.init(
      entity: check.entity, metricName: check.metricName, value: check.metricValue, lookbackMinutes: lookbackMinutes)
  }
}
