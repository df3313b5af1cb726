/// What one subscription asks for: every named field must match, by any value of its list. One that names nothing
/// matches everything.
package struct EventFilter: Sendable, Hashable {
  /// Only alerts of these campaigns.
  package var campaignIDs: Set<String>?
  /// Only alerts of these severities.
  package var severities: Set<Severity>?
  /// Only alerts of these types.
  package var alertTypes: Set<AlertType>?

  /// A filter of these fields; nil leaves a field open.
  package init(
    campaignIDs: Set<String>? = nil, severities: Set<Severity>? = nil, alertTypes: Set<AlertType>? = nil
  ) {
    self.campaignIDs = campaignIDs
    self.severities = severities
    self.alertTypes = alertTypes
  }

  /// Whether no field is named.
  package var isOpen: Bool { campaignIDs == nil && severities == nil && alertTypes == nil }

  /// Whether an event is asked for, by the fields of its alert.
  package func matches(_ envelope: EventEnvelope) -> Bool {
    if let severities, !severities.contains(envelope.severity) { return false }
    if let alertTypes, !alertTypes.contains(envelope.alertType) { return false }
    if let campaignIDs, !campaignIDs.contains(envelope.campaignID) { return false }
    return true
  }
}
