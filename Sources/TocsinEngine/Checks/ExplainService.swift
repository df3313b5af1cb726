package import TocsinCore

/// Tells what a check would do, and why, without doing it.
///
/// It goes the way of a check with the same rules, windows and cooldowns, but reads where a check writes. What it tells
/// holds for the moment: a check that comes in between may take a cooldown, or add its sample.
package final class ExplainService: Sendable {
  private let book: RuleBook
  private let windows: any SampleWindows
  private let alerts: AlertPipeline

  init(book: RuleBook, windows: any SampleWindows, alerts: AlertPipeline) {
    self.book = book
    self.windows = windows
    self.alerts = alerts
  }

  /// Tells what each rule that has to do with a check says of it.
  /// - Throws: `unavailable` where a check would be, too
  package func explain(_ check: Check, tenant: Tenant) async throws(EngineError) -> CheckExplanation {
    guard let index = book.index(of: tenant) else { throw EngineError.rulesNotLoaded }
    do throws(StoreError) {
      var rules = index.explain(check, windows: try await aggregates(for: check, index, tenant: tenant))
      try await askForCooldowns(of: &rules, check, index, tenant: tenant)
      let similar = rules.isEmpty ? NearestName.all(check.metricName, among: Set(index.rules.map(\.metricName))) : []
      return CheckExplanation(
        metricName: check.metricName, isKnown: !rules.isEmpty, didYouMean: similar, rules: rules)
    } catch {
      throw alerts.failure(error)
    }
  }

  private func aggregates(
    for check: Check, _ index: RuleIndex, tenant: Tenant
  ) async throws(StoreError) -> [Int: WindowAggregate] {
    guard case .needsWindows(let lookbackMinutes, _) = index.evaluate(check) else { return [:] }
    let request = SampleRequest(check, lookbackMinutes: lookbackMinutes)
    let aggregates = try await windows.preview([request], tenant: tenant)
    return Dictionary(zip(lookbackMinutes, aggregates.first ?? []), uniquingKeysWith: { first, _ in first })
  }

  private func askForCooldowns(
    of rules: inout [RuleExplanation], _ check: Check, _ index: RuleIndex, tenant: Tenant
  ) async throws(StoreError) {
    let firing = rules.indices.filter { rules[$0].verdict == .fires }
    let matches = firing.compactMap { place in
      index[rules[place].ruleID].map { RuleMatch(rule: $0, value: rules[place].value ?? 0) }
    }
    let drafts = alerts.draft(MatchedCheck(check: check, matches: matches), tenant: tenant)
    for (place, suppression) in zip(firing, try await alerts.preview(drafts)) {
      guard let suppression else { continue }
      rules[place].hold(suppression, cooldownMinutes: index[rules[place].ruleID]?.cooldownMinutes ?? 0)
    }
  }
}
