/// Which alerts are meant: all that is named must match. A list matches where one of its values does; an empty one
/// matches every alert.
package struct AlertFilter: Sendable, Hashable {
  package var campaignIDs: [String]
  package var alertTypes: [AlertType]
  package var severities: [Severity]
  package var ruleIDs: [String]
  package var adIDs: [String]
  /// Only those that have, or have not, been acknowledged.
  package var isAcknowledged: Bool?
  /// Only alerts that fired at or after that moment.
  package var since: Timestamp?
  /// Only alerts that fired before that moment.
  package var until: Timestamp?

  /// A filter of these parts.
  package init(
    campaignIDs: [String] = [], alertTypes: [AlertType] = [], severities: [Severity] = [], ruleIDs: [String] = [],
    adIDs: [String] = [], isAcknowledged: Bool? = nil, since: Timestamp? = nil, until: Timestamp? = nil
  ) {
    self.campaignIDs = campaignIDs
    self.alertTypes = alertTypes
    self.severities = severities
    self.ruleIDs = ruleIDs
    self.adIDs = adIDs
    self.isAcknowledged = isAcknowledged
    self.since = since
    self.until = until
  }

  /// Whether an alert is meant.
  package func matches(_ alert: Alert) -> Bool {
    func names<Value: Equatable>(_ values: [Value], _ value: Value) -> Bool { values.isEmpty || values.contains(value) }
    return names(campaignIDs, alert.entity.campaignID) && names(alertTypes, alert.alertType)
      && names(severities, alert.severity) && names(ruleIDs, alert.ruleID) && names(adIDs, alert.entity.adID)
      && (isAcknowledged.map { $0 == (alert.acknowledgement != nil) } ?? true)
      && (since.map { $0 <= alert.timestamp } ?? true) && (until.map { alert.timestamp < $0 } ?? true)
  }
}
