package import TocsinJSON

/// One alert: a rule spoke about an entity. The wire form is `Alert` of the HTTP interface.
package struct Alert: Sendable, Hashable {
  /// Its id, which is also its time.
  package var alertID: AlertID
  /// The rule that raised it.
  package var ruleID: String
  /// The rule's type at that time.
  package var alertType: AlertType
  /// The rule's severity at that time.
  package var severity: Severity
  /// A short sentence with the campaign's name.
  package var title: String
  /// Value, threshold and what to do next.
  package var message: String
  /// What it is about.
  package var entity: Entity
  /// The campaign's name.
  package var campaignName: String
  /// The metric that was checked.
  package var metricName: String
  /// What was compared, after aggregation.
  package var metricValue: Double
  /// What it was compared with.
  package var thresholdValue: Double
  /// `rule_name`, `operator`, `action`, then the check's context.
  package var details: JSONObject
  /// Who acknowledged it, and when.
  package var acknowledgement: Mark?
  /// Who resolved it, and when.
  package var resolution: Mark?
  /// By channel: true once delivered, false once given up, absent while pending.
  package var notificationStatus: NotificationStatus
  /// The incarnation of the rule that raised it; not part of the wire form.
  package var ruleIncarnation: String

  /// Who did something to an alert, and when.
  package struct Mark: Sendable, Hashable {
    /// When.
    package var at: Timestamp
    /// Who, or nil where nobody was named.
    package var by: String?

    /// A mark of that moment and person.
    package init(at: Timestamp, by: String?) {
      self.at = at
      self.by = by
    }
  }

  /// When it fired.
  package var timestamp: Timestamp { alertID.timestamp }

  /// An alert of these parts.
  package init(
    alertID: AlertID, ruleID: String, alertType: AlertType, severity: Severity, title: String, message: String,
    entity: Entity, campaignName: String, metricName: String, metricValue: Double, thresholdValue: Double,
    details: JSONObject, acknowledgement: Mark? = nil, resolution: Mark? = nil,
    notificationStatus: NotificationStatus = .none, ruleIncarnation: String = ""
  ) {
    self.alertID = alertID
    self.ruleID = ruleID
    self.alertType = alertType
    self.severity = severity
    self.title = title
    self.message = message
    self.entity = entity
    self.campaignName = campaignName
    self.metricName = metricName
    self.metricValue = metricValue
    self.thresholdValue = thresholdValue
    self.details = details
    self.acknowledgement = acknowledgement
    self.resolution = resolution
    self.notificationStatus = notificationStatus
    self.ruleIncarnation = ruleIncarnation
  }
}
