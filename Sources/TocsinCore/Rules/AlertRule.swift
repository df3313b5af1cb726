package import TocsinJSON

/// When to raise which alert. The wire form is `AlertRule` of the HTTP interface.
package struct AlertRule: Sendable, Hashable {
  /// `[A-Za-z0-9_.:-]{1,128}`, unique within its tenant.
  package var ruleID: String
  /// What people call it, 1 to 512 bytes.
  package var name: String
  /// What the alert will be.
  package var alertType: AlertType
  /// How bad the alert will be.
  package var severity: Severity
  /// Whether it is evaluated at all.
  package var enabled: Bool
  /// The metric that it watches.
  package var metricName: String
  /// What the value is compared with, in the metric's unit.
  package var threshold: Double
  /// How the value is compared.
  package var thresholdOperator: ThresholdOperator
  /// The window of ``aggregation`` in minutes, 1 to 10,080.
  package var lookbackMinutes: Int
  /// For how many minutes after an alert the same entity stays quiet, 0 to 10,080.
  package var cooldownMinutes: Int
  /// What is compared.
  package var aggregation: Aggregation
  /// Every key must be in the check's context and equal, or the rule stays quiet.
  package var conditions: JSONObject
  /// `description`, `action`, `min_samples`, anything else.
  package var metadata: JSONObject
  /// When the rule's id was first written in this incarnation.
  package var createdAt: Timestamp
  /// When it was last written.
  package var updatedAt: Timestamp
  /// New whenever a deleted id is created again; kept by replace, disable and enable. Cooldowns of an earlier
  /// incarnation do not count.
  package var incarnation: String
  /// The number of the change that wrote it: higher is newer, over all rules of the installation.
  package var version: Int64
  /// When its cooldown was made longer last; nil where it never was. Set by the server, not shown.
  package var cooldownLengthenedAt: Timestamp?

  /// A rule with the defaults of the wire contract.
  package init(
    ruleID: String, name: String, alertType: AlertType, severity: Severity, enabled: Bool = true,
    metricName: String? = nil, threshold: Double = 0, thresholdOperator: ThresholdOperator = .less,
    lookbackMinutes: Int = 60, cooldownMinutes: Int = 30, aggregation: Aggregation = .last,
    conditions: JSONObject = [:], metadata: JSONObject = [:],
    createdAt: Timestamp = Timestamp(milliseconds: 0), updatedAt: Timestamp = Timestamp(milliseconds: 0),
    incarnation: String = "", version: Int64 = 0
  ) {
    self.ruleID = ruleID
    self.name = name
    self.alertType = alertType
    self.severity = severity
    self.enabled = enabled
    self.metricName = metricName ?? alertType.usualMetric
    self.threshold = threshold
    self.thresholdOperator = thresholdOperator
    self.lookbackMinutes = lookbackMinutes
    self.cooldownMinutes = cooldownMinutes
    self.aggregation = aggregation
    self.conditions = conditions
    self.metadata = metadata
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.incarnation = incarnation
    self.version = version
  }

  /// Whether the other rule says the same; what the server sets is not looked at.
  package func says(theSameAs other: AlertRule) -> Bool {
    var copy = other
    copy.createdAt = createdAt
    copy.updatedAt = updatedAt
    copy.incarnation = incarnation
    copy.version = version
    copy.cooldownLengthenedAt = cooldownLengthenedAt
    return copy == self
  }

  /// How many earlier samples `drop_pct` and `rise_pct` need before they speak: `metadata.min_samples`, 3 unless set.
  package var minimumSamples: Int {
    if let count = metadata["min_samples"]?.wholeNumber, count >= 1 { count } else { 3 }
  }

  /// Whether a cooldown may be running of which Redis no longer knows: it was begun while the rule's cooldown was shorter,
  /// and is kept for as long as that. So it can be for a cooldown's length after the change; a minute more for nodes that
  /// had not heard of it, and for clocks that differ.
  package func mayHaveForgottenCooldowns(at now: Timestamp) -> Bool {
    guard let cooldownLengthenedAt, cooldownMinutes > 0 else { return false }
    let (age, isOver) = now.milliseconds.subtractingReportingOverflow(cooldownLengthenedAt.milliseconds)
    return !isOver && age < cooldownMilliseconds + 60_000
  }

  /// The cooldown in milliseconds.
  package var cooldownMilliseconds: Int64 { Int64(cooldownMinutes) * 60_000 }
}
