package import TocsinJSON

extension Alert {
  /// Appends the wire form as compact JSON.
  package func appendJSON(to bytes: inout [UInt8]) {
    appendJSON(to: &bytes, notificationStatus: notificationStatus)
  }

  /// Appends the wire form with another `notification_status`, its last member.
  package func appendJSON(to bytes: inout [UInt8], notificationStatus: NotificationStatus) {
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "alert_id", id: alertID, to: &bytes)
    JSONWriter.append(key: "rule_id", string: ruleID, to: &bytes)
    JSONWriter.append(key: "alert_type", string: alertType.rawValue, to: &bytes)
    JSONWriter.append(key: "severity", string: severity.rawValue, to: &bytes)
    JSONWriter.append(key: "title", string: title, to: &bytes)
    JSONWriter.append(key: "message", string: message, to: &bytes)
    JSONWriter.append(key: "campaign_id", string: entity.campaignID, to: &bytes)
    JSONWriter.append(key: "campaign_name", string: campaignName, to: &bytes)
    JSONWriter.append(key: "ad_id", string: entity.adID, to: &bytes)
    JSONWriter.append(key: "metric_name", string: metricName, to: &bytes)
    JSONWriter.append(key: "metric_value", double: metricValue, to: &bytes)
    JSONWriter.append(key: "threshold_value", double: thresholdValue, to: &bytes)
    JSONWriter.append(key: "details", object: details, to: &bytes)
    JSONWriter.append(key: "timestamp", time: timestamp, to: &bytes)
    JSONWriter.append(key: "acknowledged", bool: acknowledgement != nil, to: &bytes)
    JSONWriter.append(key: "acknowledged_at", time: acknowledgement?.at, to: &bytes)
    JSONWriter.append(key: "acknowledged_by", optional: acknowledgement?.by, to: &bytes)
    JSONWriter.append(key: "resolved", bool: resolution != nil, to: &bytes)
    JSONWriter.append(key: "resolved_at", time: resolution?.at, to: &bytes)
    JSONWriter.append(key: "resolved_by", optional: resolution?.by, to: &bytes)
    JSONWriter.append(key: "notification_status", object: notificationStatus.json, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  /// The wire form.
  package var json: JSON {
    func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    return [
      "alert_id": .string(alertID.description), "rule_id": .string(ruleID),
      "alert_type": .string(alertType.rawValue), "severity": .string(severity.rawValue), "title": .string(title),
      "message": .string(message), "campaign_id": .string(entity.campaignID), "campaign_name": .string(campaignName),
      "ad_id": .string(entity.adID), "metric_name": .string(metricName), "metric_value": .number(metricValue),
      "threshold_value": .number(thresholdValue), "details": .object(details),
      "timestamp": .string(timestamp.description),
      "acknowledged": .bool(acknowledgement != nil), "acknowledged_at": text(acknowledgement?.at.description),
      "acknowledged_by": text(acknowledgement?.by),
      "resolved": .bool(resolution != nil), "resolved_at": text(resolution?.at.description),
      "resolved_by": text(resolution?.by),
      "notification_status": .object(notificationStatus.json),
    ]
  }
}
