import TocsinJSON

/// A rule in an index: what an evaluation looks at, side by side, and the whole rule behind one reference.
struct IndexedRule: Sendable {
  /// Its place among all rules, in the order of their ids.
  let position: Int
  let alertType: AlertType
  let aggregation: Aggregation
  let thresholdOperator: ThresholdOperator
  let hasConditions: Bool
  let threshold: Double
  let lookbackMinutes: Int
  let boxed: RuleMatch.Boxed

  init(_ rule: AlertRule, position: Int) {
    self.position = position
    alertType = rule.alertType
    aggregation = rule.aggregation
    thresholdOperator = rule.thresholdOperator
    hasConditions = !rule.conditions.isEmpty
    threshold = rule.threshold
    lookbackMinutes = rule.lookbackMinutes
    boxed = RuleMatch.Boxed(rule)
  }

  var needsWindow: Bool { aggregation.needsWindow }

  /// The match that this rule makes of a check, or nil where it stays quiet.
  /// - Parameter window: its window with the new sample; not looked at where it needs none
  @inline(__always)
  func match(for check: Check, window: WindowAggregate? = nil) -> RuleMatch? {
    guard case .speaks(let value) = judgement(of: check, window: window) else { return nil }
    return RuleMatch(boxed, value: value)
  }

  /// What this rule says of a check, and why.
  /// - Parameter window: its window with the new sample; not looked at where it needs none
  @inline(__always)
  func judgement(of check: Check, window: WindowAggregate?) -> RuleJudgement {
    guard let value = value(of: check.metricValue, window: window) else { return .noValue }
    guard thresholdOperator.holds(value, threshold) else { return .thresholdFails(value) }
    guard !hasConditions || check.context.contains(all: boxed.rule.conditions) else { return .conditionsFail(value) }
    return .speaks(value)
  }

  private func value(of latest: Double, window: WindowAggregate?) -> Double? {
    guard needsWindow else { return latest }
    guard let window else { return nil }
    return aggregation.value(
      of: latest, in: window, minimumSamples: { boxed.rule.minimumSamples })
  }
}

/// What a rule says of a check, with the value that it compares.
enum RuleJudgement {
  /// An alert is due, if its cooldown can be claimed.
  case speaks(Double)
  /// There is nothing to compare.
  case noValue
  /// The value does not compare with the threshold as the rule wants it.
  case thresholdFails(Double)
  /// The check's context lacks one of the conditions.
  case conditionsFail(Double)
}

extension Aggregation {
  /// What a rule compares, or nil where there is nothing to compare: too few earlier samples, an average of 0, or
  /// a figure that no double holds.
  func value(of latest: Double, in window: WindowAggregate, minimumSamples: () -> Int) -> Double? {
    let value: Double?
    switch self {
    case .last: value = latest
    case .avg: value = window.count > 0 ? window.sum / Double(window.count) : nil
    case .min: value = window.minimum
    case .max: value = window.maximum
    case .sum: value = window.sum
    case .count: value = Double(window.count)
    case .risePct: value = window.change(to: latest, minimumSamples: minimumSamples)
    case .dropPct: value = window.change(to: latest, minimumSamples: minimumSamples).map { 0 - $0 }
    }
    guard let value, value.isFinite else { return nil }
    return value
  }
}

extension WindowAggregate {
  /// By how many percent of the mean of the earlier samples the latest one lies above it.
  ///
  /// A mean that is nothing but what rounding left of a sum of 0 counts as 0.
  func change(to latest: Double, minimumSamples: () -> Int) -> Double? {
    let earlier = count - 1
    guard earlier >= minimumSamples() else { return nil }
    let mean = (sum - latest) / Double(earlier)
    guard abs(mean) > max(abs(minimum), abs(maximum)) * 1e-13 else { return nil }
    return (latest - mean) / abs(mean) * 100
  }
}
