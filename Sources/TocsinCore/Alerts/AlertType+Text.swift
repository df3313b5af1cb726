extension AlertType {
  /// What a title begins with.
  var headline: String {
    switch self {
    case .roasDrop: "Low ROAS"
    case .budgetWarning: "Budget running out"
    case .budgetDepleted: "Budget used up"
    case .adDisapproved: "Ad disapproved"
    case .ctrAnomaly: "CTR anomaly"
    case .conversionSpike: "Conversion spike"
    case .predictionMiss: "Forecast missed"
    case .campaignPaused: "Campaign paused"
    case .highCPA: "High CPA"
    case .lowImpressions: "Low impressions"
    }
  }

  /// What to do, where the rule's metadata does not say it.
  var defaultAction: String {
    switch self {
    case .roasDrop: "Review bids, audiences and conversion tracking."
    case .budgetWarning: "Check the pacing and decide whether to raise the budget."
    case .budgetDepleted: "Add budget or end the campaign."
    case .adDisapproved: "Correct the ad and submit it again."
    case .ctrAnomaly: "Refresh the creatives and check where the ads are shown."
    case .conversionSpike: "Verify that the conversions are real before spending more."
    case .predictionMiss: "Check the forecast against the latest figures."
    case .campaignPaused: "Find out why it was paused, and resume it if that was not intended."
    case .highCPA: "Lower bids or narrow the audience."
    case .lowImpressions: "Check bids, budget and audience size."
    }
  }

  /// Whether the type is about a metric that is too low, where all others are about one that is too high.
  var looksForLow: Bool { self == .roasDrop || self == .lowImpressions }

  /// A sentence's beginning that tells a value of the type's usual metric.
  /// - Parameter isUsualUnit: whether the value is in the unit that the metric usually has
  func statement(_ value: String, isUsualUnit: Bool) -> String {
    switch self {
    case .budgetWarning, .budgetDepleted, .adDisapproved, .campaignPaused, .lowImpressions:
      isUsualUnit ? usualStatement(value) : "\(metricTitle) is \(value)"
    case .roasDrop, .ctrAnomaly, .conversionSpike, .predictionMiss, .highCPA: usualStatement(value)
    }
  }

  private func usualStatement(_ value: String) -> String {
    switch self {
    case .roasDrop: "Return on ad spend is \(value)"
    case .budgetWarning, .budgetDepleted: "\(value) of the budget is spent"
    case .adDisapproved: "The platform disapproved an ad (\(value) reported)"
    case .ctrAnomaly: "The click-through rate is down by \(value)"
    case .conversionSpike: "Conversions are up by \(value)"
    case .predictionMiss: "The forecast is off by \(value)"
    case .campaignPaused: "The campaign is paused (\(value) reported)"
    case .highCPA: "An acquisition costs \(value)"
    case .lowImpressions: "The ads get \(value) impressions"
    }
  }

  /// What the type's usual metric is called.
  var metricTitle: String {
    switch self {
    case .roasDrop: "Return on ad spend"
    case .budgetWarning, .budgetDepleted: "The spent share of the budget"
    case .adDisapproved: "The number of disapproved ads"
    case .ctrAnomaly: "The drop of the click-through rate"
    case .conversionSpike: "The rise of conversions"
    case .predictionMiss: "The error of the forecast"
    case .campaignPaused: "The paused state of the campaign"
    case .highCPA: "The cost of an acquisition"
    case .lowImpressions: "The number of impressions"
    }
  }
}

extension ThresholdOperator {
  /// How a value lies to its threshold, for people.
  var words: String {
    switch self {
    case .less: "below"
    case .lessOrEqual: "at or below"
    case .greater: "above"
    case .greaterOrEqual: "at or above"
    case .equal: "equal to"
    case .notEqual: "different from"
    }
  }
}
