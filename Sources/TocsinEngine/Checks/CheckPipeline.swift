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
  let raiser: AlertRaiser
  let metrics: EngineMetrics

  init(book: RuleBook, windows: any SampleWindows, raiser: AlertRaiser, metrics: EngineMetrics) {
    self.book = book
    self.windows = windows
    self.raiser = raiser
    self.metrics = metrics
  }

  /// Evaluates as much as can be done in memory. Never blocks: call it on an event loop.
  /// - Throws: `unavailable` before the node has rules
  package func begin(_ check: Check, tenant: Tenant) throws(EngineError) -> Step {
    guard let index = book.index(of: tenant) else { throw EngineError.rulesNotLoaded }
    metrics.checks.increment()
    switch index.evaluate(check) {
    case .quiet: return .quiet
    case .candidates(let candidates):
      return .pending(PendingCheck(check: check, tenant: tenant, work: .candidates(candidates)))
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
    guard case .candidates(let candidates) = pending.work else {
      Task(executorPreference: executor) { then(await self.finish([pending])[0]) }
      return
    }
    raiser.raise(RaisedCheck(check: pending.check, candidates: candidates), tenant: pending.tenant, then: then)
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
      let failure = raiser.failure(error)
      return pending.map { _ in .failure(failure) }
    }
    var raised: [RaisedCheck] = []
    var next = 0
    for item in pending {
      switch item.work {
      case .candidates(let candidates):
        raised.append(RaisedCheck(check: item.check, candidates: candidates))
      case .windows(let lookbackMinutes, let rules):
        let pairs = zip(lookbackMinutes, aggregates[next])
        next += 1
        let candidates = rules.resume(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        raised.append(RaisedCheck(check: item.check, candidates: candidates))
      }
    }
    return await raiser.raise(raised, tenant: tenant)
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
