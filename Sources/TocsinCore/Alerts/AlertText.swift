/// What an alert says to people: a title, and a message with value, threshold and what to do next.
struct AlertText {
  let rule: AlertRule
  let value: Double
  let check: Check

  /// `Low ROAS: Summer Sale`, on one line.
  var title: String {
    let name = check.campaignName.isEmpty ? check.entity.campaignID : check.campaignName
    let ad = check.entity.adID.isEmpty ? "" : " (ad \(check.entity.adID))"
    return "\(rule.alertType.headline): \(name)\(ad)".onOneLine
  }

  /// `Return on ad spend is 1.50x, below the threshold of 2.00x. Review bids.`
  var message: String { "\(statement) \(action)" }

  /// What to do next: the rule's own sentence, or the type's.
  var action: String {
    if let action = rule.metadata["action"]?.string, !action.isEmpty { return action }
    return rule.alertType.defaultAction
  }

  private var isUsualMetric: Bool { rule.metricName == rule.alertType.usualMetric }

  private var metricTitle: String { isUsualMetric ? rule.alertType.metricTitle : "`\(rule.metricName.onOneLine)`" }

  private var unit: MetricUnit {
    switch rule.aggregation {
    case .dropPct, .risePct: .percent
    case .count: .plain
    case .sum where rule.metricName == "impressions": .plain
    case .last, .avg, .min, .max, .sum: MetricUnit(metric: rule.metricName)
    }
  }

  private var statement: String {
    let figures = unit.texts(value, rule.threshold)
    return "\(subject(figures.value)), \(rule.thresholdOperator.words) the threshold of \(figures.threshold)."
  }

  private func subject(_ value: String) -> String {
    let window = "the last \(rule.lookbackMinutes.minutesText)"
    switch rule.aggregation {
    case .last: return isUsualMetric ? rule.alertType.statement(value) : "\(metricTitle) is \(value)"
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
