package import TocsinJSON

extension Alert {
  /// Reads the wire form. The alert's time is that of its id; ``ruleIncarnation``, which is not part of the wire
  /// form, stays empty.
  package init(json: JSON) throws(ValidationError) {
    guard case .object(let object) = json else {
      throw ValidationError(pointer: "", detail: "An alert must be an object.")
    }
    var fields = FieldErrors(pointer: "")
    self = Alert(reading: object, into: &fields)
    try fields.check()
  }

  /// An alert of what the fields hold; only good if none of them was wrong.
  private init(reading object: JSONObject, into fields: inout FieldErrors) {
    func text(_ field: StaticString, _ fields: inout FieldErrors) -> String {
      guard let value = object["\(field)"], value != .null else {
        fields.require(field, "a string")
        return ""
      }
      return fields.text(field, value, bytes: 0...(1 << 20)) ?? ""
    }
    let id = AlertID(text("alert_id", &fields))
    if id == nil { fields.add("alert_id", "alert_id must be a UUID.") }
    let type: AlertType? = fields.name("alert_type", .string(text("alert_type", &fields)))
    let severity: Severity? = fields.name("severity", .string(text("severity", &fields)))
    let value = fields.number("metric_value", object["metric_value"])
    if value == nil { fields.require("metric_value", "a number") }
    let threshold = fields.number("threshold_value", object["threshold_value"])
    if threshold == nil { fields.require("threshold_value", "a number") }
    self.init(
      alertID: id ?? AlertID(high: 0, low: 0), ruleID: text("rule_id", &fields), alertType: type ?? .roasDrop,
      severity: severity ?? .info, title: text("title", &fields), message: text("message", &fields),
      entity: Entity(
        campaignID: text("campaign_id", &fields),
        adID: fields.text("ad_id", object["ad_id"], bytes: 0...Limits.idBytes) ?? ""),
      campaignName: text("campaign_name", &fields), metricName: text("metric_name", &fields),
      metricValue: value ?? 0, thresholdValue: threshold ?? 0, details: object["details"]?.object ?? [:],
      acknowledgement: Mark("acknowledged_at", by: "acknowledged_by", in: object, &fields),
      resolution: Mark("resolved_at", by: "resolved_by", in: object, &fields),
      notificationStatus: Alert.status(object["notification_status"], &fields))
  }

  private static func status(_ value: JSON?, _ fields: inout FieldErrors) -> NotificationStatus {
    guard let value, value != .null else { return .none }
    let status = NotificationStatus(reading: value.object ?? [:])
    if value.object?.count != status.count {
      fields.add("notification_status", "notification_status must be an object of truth values.")
    }
    return status
  }
}

extension Alert.Mark {
  /// The mark of two members, or nil where the first is absent.
  fileprivate init?(_ at: StaticString, by: StaticString, in object: JSONObject, _ fields: inout FieldErrors) {
    guard let time = fields.time(at, object["\(at)"]) else { return nil }
    self.init(at: time, by: fields.text(by, object["\(by)"], bytes: 0...(1 << 20)))
  }
}
