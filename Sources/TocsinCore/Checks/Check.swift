package import TocsinJSON

/// One measurement of one metric of one entity, as a pipeline sent it.
package struct Check: Sendable, Hashable {
  /// Which metric was measured.
  package var metricName: String
  /// What was measured, finite, in the metric's unit.
  package var metricValue: Double
  /// What it was measured of.
  package var entity: Entity
  /// The campaign's name, for people.
  package var campaignName: String
  /// What else is known: rules' conditions look at it, alerts carry it in their details.
  package var context: JSONObject
  /// Where given: only rules of these types, those that watch the metric and those that watch their type's usual one.
  package var alertTypes: [AlertType]?

  /// The names that the body of a check may have.
  package static let fieldNames = [
    "metric_name", "metric_value", "campaign_id", "campaign_name", "ad_id", "context", "alert_types",
  ]

  /// A check of these parts.
  package init(
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
