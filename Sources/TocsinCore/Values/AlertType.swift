/// What kind of trouble an alert tells of. The raw value is the wire name.
package enum AlertType: String, Sendable, Hashable, CaseIterable, Codable {
  case roasDrop = "roas_drop"
  case budgetWarning = "budget_warning"
  case budgetDepleted = "budget_depleted"
  case adDisapproved = "ad_disapproved"
  case ctrAnomaly = "ctr_anomaly"
  case conversionSpike = "conversion_spike"
  case predictionMiss = "prediction_miss"
  case campaignPaused = "campaign_paused"
  case highCPA = "high_cpa"
  case lowImpressions = "low_impressions"

  /// The metric that a rule of this type watches unless it names another one.
  package var usualMetric: String {
    switch self {
    case .roasDrop: "roas"
    case .budgetWarning, .budgetDepleted: "budget_spent_pct"
    case .adDisapproved: "ad_disapproved"
    case .ctrAnomaly: "ctr_drop_pct"
    case .conversionSpike: "conversion_spike_pct"
    case .predictionMiss: "prediction_error_pct"
    case .campaignPaused: "campaign_paused"
    case .highCPA: "cpa"
    case .lowImpressions: "impressions"
    }
  }
}
