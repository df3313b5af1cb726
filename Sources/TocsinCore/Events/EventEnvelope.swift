/// An event as it stands in the journal, in the event log and in published messages: a header that nodes route
/// by, and the body that clients get, encoded once by the node where it happened.
///
/// Its bytes: the digit `1` (the version), a JSON object on one line, a newline, the body. A node leaves
/// envelopes of a version that it does not know alone.
package struct EventEnvelope: Sendable, Hashable {
  /// What happened. The raw value is the `type` that clients see.
  package enum Kind: String, Sendable, Hashable {
    case alert
    case acknowledged = "alert_acknowledged"
    case resolved = "alert_resolved"
    case updated = "alert_updated"
  }

  /// What happened.
  package var kind: Kind
  /// Whose alert it is.
  package var tenant: Tenant
  /// Which alert.
  package var alertID: AlertID
  /// The alert's campaign.
  package var campaignID: String
  /// The alert's severity.
  package var severity: Severity
  /// The alert's type.
  package var alertType: AlertType
  /// For ``Kind/alert``: the incarnation of its rule. Else empty.
  package var ruleIncarnation: String
  /// What follows `{"type":"…","event_id":"…",` in the message to a client, up to and including the last brace.
  package var body: [UInt8]

  /// An envelope of these parts.
  package init(
    kind: Kind, tenant: Tenant, alertID: AlertID, campaignID: String, severity: Severity, alertType: AlertType,
    ruleIncarnation: String = "", body: [UInt8]
  ) {
    self.kind = kind
    self.tenant = tenant
    self.alertID = alertID
    self.campaignID = campaignID
    self.severity = severity
    self.alertType = alertType
    self.ruleIncarnation = ruleIncarnation
    self.body = body
  }
}
