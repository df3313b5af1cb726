import TocsinCore

/// How many rules may watch one metric: each check of it looks at all of them, and each lookback is a window of its own
/// that the check's sample goes into.
struct RuleLimits: Sendable {
  /// Enabled rules of one metric.
  var rules = 1000
  /// Different lookbacks among those of them that aggregate.
  var lookbacks = 50

  /// Why a rule must not be enabled beside the others; nil where it may.
  ///
  /// Two nodes that enable rules at the same moment may get past a limit by one.
  func refusal(of rule: AlertRule, among rules: [AlertRule]) -> EngineError? {
    guard rule.enabled else { return nil }
    let others = rules.filter { $0.enabled && $0.metricName == rule.metricName && $0.ruleID != rule.ruleID }
    let before = rules.first { $0.ruleID == rule.ruleID && $0.enabled && $0.metricName == rule.metricName }
    if before == nil, others.count >= self.rules {
      return EngineError(
        .invalid,
        "\(rule.metricName) has \(others.count) enabled rules, and may have \(self.rules): disable or delete one first",
        pointer: "/metric_name")
    }
    guard rule.aggregation.needsWindow else { return nil }
    if let before, before.aggregation.needsWindow, before.lookbackMinutes == rule.lookbackMinutes { return nil }
    let lookbacks = Set(others.filter(\.aggregation.needsWindow).map(\.lookbackMinutes))
    guard !lookbacks.contains(rule.lookbackMinutes), lookbacks.count >= self.lookbacks else { return nil }
    return EngineError(
      .invalid,
      "rules on \(rule.metricName) have \(lookbacks.count) different lookbacks, and may have \(self.lookbacks): "
        + "use one that another rule has",
      pointer: "/lookback_minutes")
  }
}
