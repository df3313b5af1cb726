/// One measurement of one metric of one entity, as a pipeline sent it.
public struct Check: Sendable, Hashable {
  /// Which metric was measured.
  public var metricName: String
  /// What was measured, finite, in the metric's unit.
  public var metricValue: Double
  /// What it was measured of.
  public var entity: Entity
  /// The campaign's name, for people.
  public var campaignName: String
  /// What else is known: rules' conditions look at it, alerts carry it in their details.
  public var context: JSONObject
  /// Where given: only rules of these types, those that watch the metric and those that watch their type's usual one.
  public var alertTypes: [AlertType]?

  /// The names that the body of a check may have.
  public static let fieldNames = [
    "metric_name", "metric_value", "campaign_id", "campaign_name", "ad_id", "context", "alert_types",
  ]

  /// A check of these parts.
  public init(
    metricName: String, metricValue: Double, entity: Entity, campaignName: String, context: JSONObject = [:],
    alertTypes: [AlertType]? = nil
  ) {
    self.metricName = metricName
    self.metricValue = metricValue
    self.entity = entity
    self.campaignName = campaignName
    self.context = context
    self.alertTypes = alertTypes
  }
}
