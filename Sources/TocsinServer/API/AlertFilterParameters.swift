import TocsinCore

/// The query parameters that say which alerts are asked for: the same wherever alerts are listed.
enum AlertFilterParameters {
  /// Their descriptions.
  static let all = [
    Parameters.campaignIDs, Parameters.alertTypes, Parameters.severities, Parameters.ruleIDs, Parameters.adIDs,
    Parameters.acknowledged, Parameters.since, Parameters.until,
  ]

  /// Reads them.
  static func read(_ parameters: inout QueryParameters) -> AlertFilter {
    AlertFilter(
      campaignIDs: parameters.texts("campaign_id"), alertTypes: parameters.choices("alert_type", of: AlertType.self),
      severities: parameters.choices("severity", of: Severity.self), ruleIDs: parameters.texts("rule_id"),
      adIDs: parameters.texts("ad_id"), isAcknowledged: parameters.bool("acknowledged"),
      since: parameters.time("since"), until: parameters.time("until"))
  }
}
