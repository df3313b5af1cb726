package import TocsinCore
package import TocsinJSON

extension TocsinClient {
  /// Sends one check.
  /// - Throws: ``ClientError``. After one that is no refusal the check may fire yet; sending it again never doubles
  ///   an alert of a rule with a cooldown.
  package func check(_ check: Check) async throws(ClientError) -> Answer<CheckOutcome> {
    let request = APIRequest(.post, "/api/alerts/check", body: check.requestBody, isRepeatable: false)
    return try await answer(request) { json in
      guard let alerts = json.object?["alerts"]?.array else { return nil }
      return CheckOutcome(
        alerts: try alerts.map { try Alert(json: $0) }, persisted: json.object?["persisted"]?.bool ?? true,
        suppressed: json.object?["suppressed"]?.array?.compactMap { Suppression(json: $0) } ?? [])
    }
  }

  /// Asks what each rule that has to do with a check says of it. Changes nothing.
  package func explain(_ check: Check) async throws(ClientError) -> Answer<CheckExplanation> {
    let request = APIRequest(.post, "/api/alerts/explain", body: check.requestBody)
    return try await answer(request) { json in CheckExplanation(json: json) }
  }
}

extension Suppression {
  /// Reads the wire form; a reason that this release does not know counts as a cooldown.
  fileprivate init?(json: JSON) {
    guard let object = json.object, let ruleID = object["rule_id"]?.string else { return nil }
    self.init(
      ruleID: ruleID, reason: object["reason"]?.string.flatMap(Reason.init(rawValue:)) ?? .cooldown,
      until: object["until"]?.string.flatMap { Timestamp(rfc3339: $0) },
      alertID: object["alert_id"]?.string.flatMap { AlertID($0) })
  }
}

extension Check {
  /// The body of `POST /api/alerts/check`.
  package var requestBody: JSON {
    var object: JSONObject = [
      "metric_name": .string(metricName), "metric_value": .number(metricValue),
      "campaign_id": .string(entity.campaignID), "campaign_name": .string(campaignName),
    ]
    if !entity.adID.isEmpty { object["ad_id"] = .string(entity.adID) }
    if !context.isEmpty { object["context"] = .object(context) }
    if let alertTypes { object["alert_types"] = .array(alertTypes.map { .string($0.rawValue) }) }
    return .object(object)
  }
}
