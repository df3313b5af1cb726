/// One alert: a rule spoke about an entity. The wire form is `Alert` of the HTTP interface.
public struct Alert: Sendable, Hashable {
  /// Its id, which is also its time.
  public var alertID: AlertID
  /// The rule that raised it.
  public var ruleID: String
  /// The rule's type at that time.
  public var alertType: AlertType
  /// The rule's severity at that time.
  public var severity: Severity
  /// A short sentence with the campaign's name.
  public var title: String
  /// Value, threshold and what to do next.
  public var message: String
  /// What it is about.
  public var entity: Entity
  /// The campaign's name.
  public var campaignName: String
  /// The metric that was checked.
  public var metricName: String
  /// What was compared, after aggregation.
  public var metricValue: Double
  /// What it was compared with.
  public var thresholdValue: Double
  /// `rule_name`, `operator`, `action`, then the check's context.
  public var details: JSONObject
  /// Who acknowledged it, and when.
  public var acknowledgement: Mark?
  /// Who resolved it, and when.
  public var resolution: Mark?
  /// By channel: true once delivered, false once given up, absent while pending.
  public var notificationStatus: [String: Bool]
  /// The incarnation of the rule that raised it; not part of the wire form.
  public var ruleIncarnation: String

  /// Who did something to an alert, and when.
  public struct Mark: Sendable, Hashable {
    /// When.
    public var at: Timestamp
    /// Who, or nil where nobody was named.
    public var by: String?

    /// A mark of that moment and person.
    public init(at: Timestamp, by: String?) {
      self.at = at
      self.by = by
    }
  }

  /// When it fired.
  public var timestamp: Timestamp { alertID.timestamp }

  /// An alert of these parts.
  public init(
    alertID: AlertID, ruleID: String, alertType: AlertType, severity: Severity, title: String, message: String,
    entity: Entity, campaignName: String, metricName: String, metricValue: Double, thresholdValue: Double,
    details: JSONObject, acknowledgement: Mark? = nil, resolution: Mark? = nil,
    notificationStatus: [String: Bool] = [:], ruleIncarnation: String = ""
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
