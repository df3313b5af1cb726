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
        alerts: try alerts.map { try Alert(json: $0) }, persisted: json.object?["persisted"]?.bool ?? true)
    }
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
