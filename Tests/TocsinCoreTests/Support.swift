import TocsinCore
import TocsinJSON

extension Check {
  init(text: String) throws {
    self = try Array(text.utf8).withUnsafeBytes { try Check(body: $0) }
  }

  static func of(
    _ metric: String, _ value: Double, context: JSONObject = [:], types: [AlertType]? = nil, ad: String = "",
    name: String = "Summer Sale"
  ) -> Check {
    Check(
      metricName: metric, metricValue: value, entity: Entity(campaignID: "c1", adID: ad), campaignName: name,
      context: context, alertTypes: types)
  }
}

extension AlertRule {
  static func of(
    _ id: String, _ type: AlertType = .roasDrop, metric: String? = nil, _ comparison: ThresholdOperator = .less,
    _ threshold: Double = 2, lookback: Int = 60, aggregation: Aggregation = .last, enabled: Bool = true,
    conditions: JSONObject = [:], metadata: JSONObject = [:]
  ) -> AlertRule {
    AlertRule(
      ruleID: id, name: "Rule \(id)", alertType: type, severity: .high, enabled: enabled, metricName: metric,
      threshold: threshold, thresholdOperator: comparison, lookbackMinutes: lookback, aggregation: aggregation,
      conditions: conditions, metadata: metadata, incarnation: "i1")
  }
}

extension AlertRule {
  /// A rule of type `roas_drop`.
  static func of(
    _ id: String, _ comparison: ThresholdOperator, _ threshold: Double = 2, lookback: Int = 60,
    aggregation: Aggregation = .last, conditions: JSONObject = [:], metadata: JSONObject = [:]
  ) -> AlertRule {
    of(
      id, .roasDrop, comparison, threshold, lookback: lookback, aggregation: aggregation, conditions: conditions,
      metadata: metadata)
  }
}

extension Evaluation {
  /// The ids of the rules that speak; nil where windows are needed.
  var ruleIDs: [String]? {
    switch self {
    case .quiet: []
    case .matches(let matches): matches.map(\.rule.ruleID)
    case .needsWindows: nil
    }
  }
}

let sampleAlertID = AlertID("0195d0c4-8f00-7abc-8def-0123456789ab")!

func sampleAlert(context: JSONObject = ["region": "eu"]) -> Alert {
  Alert(
    RuleMatch(rule: .of("r1"), value: 1.5), check: .of("roas", 1.5, context: context, ad: "a9"),
    alertID: sampleAlertID)
}
