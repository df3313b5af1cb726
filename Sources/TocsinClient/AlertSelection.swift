package import TocsinCore

/// Which alerts are asked for. All named fields must match, any value of each; nothing named means every alert.
package struct AlertSelection: Sendable, Hashable {
  /// Only of these campaigns; an id that contains a comma matches nothing.
  package var campaignIDs: [String]
  /// Only of these types.
  package var alertTypes: [AlertType]
  /// Only of these severities.
  package var severities: [Severity]
  /// Only of these rules.
  package var ruleIDs: [String]
  /// Only of these ads.
  package var adIDs: [String]
  /// Only those that have, or have not, been acknowledged.
  package var isAcknowledged: Bool?
  /// Only those that fired at that moment or later.
  package var since: Timestamp?
  /// Only those that fired before that moment.
  package var until: Timestamp?
  /// Resolved ones too; else only those that are not resolved.
  package var includesResolved: Bool
  /// With resolved ones: how many days to look back from ``until``, or from now. The server looks back seven where
  /// neither this nor ``since`` is given.
  package var daysBack: Int?

  /// A query of these parts. One with `daysBack` includes resolved alerts.
  package init(
    campaignIDs: [String] = [], alertTypes: [AlertType] = [], severities: [Severity] = [], ruleIDs: [String] = [],
    adIDs: [String] = [], isAcknowledged: Bool? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
    includesResolved: Bool = false, daysBack: Int? = nil
  ) {
    self.campaignIDs = campaignIDs
    self.alertTypes = alertTypes
    self.severities = severities
    self.ruleIDs = ruleIDs
    self.adIDs = adIDs
    self.isAcknowledged = isAcknowledged
    self.since = since
    self.until = until
    self.includesResolved = includesResolved || daysBack != nil
    self.daysBack = daysBack
  }

  /// A query of one value each. One with `daysBack` includes resolved alerts.
  package init(campaignID: String?, alertType: AlertType? = nil, severity: Severity? = nil, daysBack: Int? = nil) {
    self.init(
      campaignIDs: campaignID.map { [$0] } ?? [], alertTypes: alertType.map { [$0] } ?? [],
      severities: severity.map { [$0] } ?? [], daysBack: daysBack)
  }

  var path: String { includesResolved ? "/api/alerts/history" : "/api/alerts" }

  func items(limit: Int, cursor: String?) -> [(String, String)] {
    var items = campaignIDs.map { ("campaign_id", $0) }
    items += alertTypes.map { ("alert_type", $0.rawValue) }
    items += severities.map { ("severity", $0.rawValue) }
    items += ruleIDs.map { ("rule_id", $0) }
    items += adIDs.map { ("ad_id", $0) }
    if let isAcknowledged { items.append(("acknowledged", isAcknowledged ? "true" : "false")) }
    if let since { items.append(("since", since.description)) }
    if let until { items.append(("until", until.description)) }
    if let daysBack, includesResolved { items.append(("days_back", String(daysBack))) }
    items.append(("limit", String(limit)))
    if let cursor { items.append(("cursor", cursor)) }
    return items
  }
}
