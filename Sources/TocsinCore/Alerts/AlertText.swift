import TocsinJSON

/// What an alert says to people: a title, and a message with value, threshold and what to do next.
///
/// The texts of the alert's type are for the type's usual metric, compared in the type's direction. Any other metric goes
/// by its own name.
struct AlertText {
  let rule: AlertRule
  let value: Double
  let check: Check
  let unit: MetricUnit
  private let figures: (value: String, threshold: String)

  init(rule: AlertRule, value: Double, check: Check) {
    self.rule = rule
    self.value = value
    self.check = check
    unit = MetricUnit(rule, context: check.context)
    figures = unit.texts(value, rule.threshold)
  }

  /// `Low ROAS: Summer Sale`, `bounce_rate is above 5: Summer Sale`, on one line.
  var title: String {
    let name = check.campaignName.isEmpty ? check.entity.campaignID : check.campaignName
    let ad = check.entity.adID.isEmpty ? "" : " (ad \(check.entity.adID))"
    return "\(headline): \(name)\(ad)".onOneLine
  }

  /// `Return on ad spend is 1.50x, below the threshold of 2.00x. Review bids.`
  var message: String { "\(statement) \(action)" }

  /// What to do next: the rule's own sentence, or the type's.
  var action: String {
    if let action = rule.metadata["action"]?.string, !action.isEmpty { return action }
    return isTypical ? rule.alertType.defaultAction : "Check the campaign."
  }

  private var isUsualMetric: Bool { rule.metricName == rule.alertType.usualMetric }

  /// Whether the rule looks for what its type is called after: a return above a threshold is no low one.
  private var isTypical: Bool {
    guard isUsualMetric else { return false }
    switch (rule.aggregation, rule.thresholdOperator) {
    case (.count, _), (.dropPct, _), (.risePct, _): return true
    case (_, .equal), (_, .notEqual): return true
    case (_, .less), (_, .lessOrEqual): return rule.alertType.looksForLow
    case (_, .greater), (_, .greaterOrEqual): return !rule.alertType.looksForLow
    }
  }

  private var headline: String {
    if isTypical { return rule.alertType.headline }
    let metric = rule.metricName
    switch rule.aggregation {
    case .last, .avg, .min, .max, .sum: return "\(metric) is \(rule.thresholdOperator.words) \(figures.threshold)"
    case .count: return "\(metric) was reported \(figures.value) times"
    case .dropPct: return "\(metric) fell by \(figures.value)"
    case .risePct: return "\(metric) rose by \(figures.value)"
    }
  }

  private var metricTitle: String { isUsualMetric ? rule.alertType.metricTitle : "`\(rule.metricName.onOneLine)`" }

  /// `Return on ad spend is 1.50x, below the threshold of 2.00x.`; where that is not so, `…, not below the threshold …`
  var statement: String {
    let not = rule.thresholdOperator.holds(value, rule.threshold) ? "" : "not "
    return "\(subject(figures.value)), \(not)\(rule.thresholdOperator.words) the threshold of \(figures.threshold)."
  }

  private func subject(_ value: String) -> String {
    let window = "the last \(rule.lookbackMinutes.minutesText)"
    switch rule.aggregation {
    case .last:
      let isUsualUnit = unit == MetricUnit(metric: rule.metricName)
      return isUsualMetric
        ? rule.alertType.statement(value, isUsualUnit: isUsualUnit) : "\(metricTitle) is \(value)"
    case .avg: return "\(metricTitle) is \(value) (average of \(window))"
    case .min: return "\(metricTitle) is \(value) (lowest of \(window))"
    case .max: return "\(metricTitle) is \(value) (highest of \(window))"
    case .sum: return "\(metricTitle) is \(value) (sum of \(window))"
    case .count: return "\(metricTitle) was reported \(value) times in \(window)"
    case .dropPct: return "\(metricTitle) fell by \(value) against the average of \(window)"
    case .risePct: return "\(metricTitle) rose by \(value) against the average of \(window)"
    }
  }
}

extension String {
  /// The text with a space for each control character, so that a title stays one line wherever it is put.
  fileprivate var onOneLine: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars { line.append(scalar.isControl ? " " : scalar) }
    return String(line)
  }
}

extension Unicode.Scalar {
  /// Whether it is of the general category Cc.
  fileprivate var isControl: Bool { value < 0x20 || (0x7f..<0xa0).contains(value) }
}
