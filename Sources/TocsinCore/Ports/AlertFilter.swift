/// Which alerts are meant: all that is named must match. A list matches where one of its values does; an empty one
/// matches every alert.
public struct AlertFilter: Sendable, Hashable {
  public var campaignIDs: [String]
  public var alertTypes: [AlertType]
  public var severities: [Severity]
  public var ruleIDs: [String]
  public var adIDs: [String]
  /// Only those that have, or have not, been acknowledged.
  public var isAcknowledged: Bool?
  /// Only alerts that fired at or after that moment.
  public var since: Timestamp?
  /// Only alerts that fired before that moment.
  public var until: Timestamp?

  /// A filter of these parts.
  public init(
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
  public func matches(_ alert: Alert) -> Bool {
    func names<Value: Equatable>(_ values: [Value], _ value: Value) -> Bool { values.isEmpty || values.contains(value) }
    return names(campaignIDs, alert.entity.campaignID) && names(alertTypes, alert.alertType)
      && names(severities, alert.severity) && names(ruleIDs, alert.ruleID) && names(adIDs, alert.entity.adID)
      && (isAcknowledged.map { $0 == (alert.acknowledgement != nil) } ?? true)
      && (since.map { $0 <= alert.timestamp } ?? true) && (until.map { alert.timestamp < $0 } ?? true)
  }
}
