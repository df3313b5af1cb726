import TocsinJSON

/// The rules that a new installation starts with.
package enum DefaultRules {
  /// All of them, in the order of the wire contract.
  package static let all: [AlertRule] = [
    rule(
      "roas_drop_critical", "ROAS < 2.0x", .roasDrop, .high, .less, 2, lookback: 60, cooldown: 30,
      "Return on ad spend has fallen below 2.0x.",
      "Pause the weakest ad sets and check that conversions are still being tracked."),
    rule(
      "roas_drop_warning", "ROAS < 3.0x", .roasDrop, .medium, .less, 3, lookback: 120, cooldown: 60,
      "Return on ad spend has fallen below 3.0x.",
      "Review bids and audiences before the return falls further."),
    rule(
      "budget_warning_80", "Budget 80%", .budgetWarning, .medium, .greaterOrEqual, 80, lookback: 1440, cooldown: 360,
      "At least 80 % of the budget is spent.",
      "Check the pacing, and raise the budget if the campaign should go on."),
    rule(
      "budget_depleted", "Budget 100%", .budgetDepleted, .critical, .greaterOrEqual, 100, lookback: 1440,
      cooldown: 720,
      "The whole budget is spent.",
      "Add budget to keep the ads running, or end the campaign."),
    rule(
      "ad_disapproved", "Ad Disapproved", .adDisapproved, .critical, .greaterOrEqual, 1, lookback: 10, cooldown: 0,
      "The platform has disapproved an ad.",
      "Read the platform's reason, correct the ad and submit it again."),
    rule(
      "ctr_anomaly_drop", "CTR Drop", .ctrAnomaly, .medium, .greaterOrEqual, 20, lookback: 60, cooldown: 120,
      "The click-through rate has dropped by at least 20 %.",
      "Look for worn-out creatives and try fresh ones."),
    rule(
      "conversion_spike", "Conversion Spike", .conversionSpike, .low, .greaterOrEqual, 50, lookback: 60, cooldown: 120,
      "Conversions have risen by at least 50 %.",
      "Make sure that the conversions are real, then consider more budget."),
    rule(
      "prediction_miss_high", "Prediction Error", .predictionMiss, .low, .greaterOrEqual, 30, lookback: 240,
      cooldown: 360,
      "The forecast is off by at least 30 %.",
      "Compare the forecast with the latest figures before planning with it."),
    rule(
      "high_cpa", "High CPA", .highCPA, .high, .greater, 100, lookback: 120, cooldown: 60,
      "An acquisition costs more than 100.",
      "Lower the bids or narrow the audience of the most expensive ad sets."),
    rule(
      "low_impressions", "Low Impressions", .lowImpressions, .medium, .less, 1000, lookback: 60, cooldown: 120,
      "The ads are shown less often than 1,000 times.",
      "Check bids, budget and audience size: the ads are hardly being shown."),
    rule(
      "campaign_paused", "Campaign Paused", .campaignPaused, .high, .greaterOrEqual, 1, lookback: 10, cooldown: 0,
      "The campaign is paused.",
      "Find out who or what paused the campaign, and resume it if that was not intended."),
  ]

  private static func rule(
    _ id: String, _ name: String, _ type: AlertType, _ severity: Severity, _ comparison: ThresholdOperator,
    _ threshold: Double, lookback: Int, cooldown: Int, _ description: String, _ action: String
  ) -> AlertRule {
    AlertRule(
      ruleID: id, name: name, alertType: type, severity: severity, threshold: threshold,
      thresholdOperator: comparison, lookbackMinutes: lookback, cooldownMinutes: cooldown,
      metadata: ["description": .string(description), "action": .string(action)])
  }
}
