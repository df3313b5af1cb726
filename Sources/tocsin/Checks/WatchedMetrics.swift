import TocsinCore

/// What a set of rules looks at.
struct WatchedMetrics {
  private let rules: [AlertRule]

  init(_ rules: [AlertRule]) {
    self.rules = rules
  }

  /// Why a check cannot raise an alert, with the nearest metric that is watched; nil where some rule looks at it.
  func remark(on check: Check) -> String? {
    let found = rules.filter { WatchedMetrics.looks($0, at: check) }
    let types = check.alertTypes.map { " of type \($0.map(\.rawValue).joined(separator: ", "))" } ?? ""
    if found.isEmpty {
      let watched = Set(rules.filter(\.enabled).map(\.metricName)).sorted()
      let question = watched.contains(check.metricName) ? "" : NearestName.question(check.metricName, among: watched)
      return "no rule\(types) watches the metric \(check.metricName)\(question)"
    }
    guard !found.contains(where: \.enabled) else { return nil }
    return found.count == 1
      ? "the only rule\(types) that watches the metric \(check.metricName) is disabled: \(found[0].ruleID)"
      : "all rules\(types) that watch the metric \(check.metricName) are disabled"
  }

  /// As the server decides it: with types, rules of these that watch the metric, or their type's usual one.
  private static func looks(_ rule: AlertRule, at check: Check) -> Bool {
    guard let types = check.alertTypes, !types.isEmpty else { return rule.metricName == check.metricName }
    return types.contains(rule.alertType)
      && (rule.metricName == check.metricName || rule.metricName == rule.alertType.usualMetric)
  }
}
