import TocsinJSON

extension EventEnvelope {
  /// The message to a client that holds this event: JSON text that begins with `type` and `event_id`.
  package func frame(id: EventID) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(96 + body.count)
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "type", string: kind.rawValue, to: &bytes)
    JSONWriter.append(key: "event_id", string: id.description, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    bytes.append(contentsOf: body)
    return bytes
  }

  /// An alert has fired.
  package static func alert(_ alert: Alert, tenant: Tenant) -> EventEnvelope {
    make(.alert, of: alert, tenant: tenant, at: alert.timestamp, capacity: 1024) { body in
      JSONWriter.append(key: "data", to: &body)
      alert.appendJSON(to: &body)
    }
  }

  /// Somebody has acknowledged or resolved an alert.
  /// - Parameters:
  ///   - alert: the alert as it is afterwards
  ///   - user: who did it, or nil where nobody was named
  ///   - time: when
  package static func change(
    _ action: AlertAction, alert: Alert, user: String?, at time: Timestamp, tenant: Tenant
  ) -> EventEnvelope {
    let kind: Kind =
      switch action {
      case .acknowledge: .acknowledged
      case .resolve: .resolved
      }
    return make(kind, of: alert, tenant: tenant, at: time, capacity: 256) { body in
      JSONWriter.append(key: "alert_id", id: alert.alertID, to: &body)
      JSONWriter.append(key: "user_id", optional: user, to: &body)
      JSONWriter.append(key: "campaign_id", string: alert.entity.campaignID, to: &body)
    }
  }

  /// An alert's `notification_status` is another one now.
  package static func update(
    _ alert: Alert, notificationStatus: NotificationStatus, at time: Timestamp, tenant: Tenant
  ) -> EventEnvelope {
    make(.updated, of: alert, tenant: tenant, at: time, capacity: 256) { body in
      JSONWriter.append(key: "alert_id", id: alert.alertID, to: &body)
      JSONWriter.append(key: "campaign_id", string: alert.entity.campaignID, to: &body)
      JSONWriter.append(key: "notification_status", object: notificationStatus.json, to: &body)
    }
  }

  private static func make(
    _ kind: Kind, of alert: Alert, tenant: Tenant, at time: Timestamp, capacity: Int, _ write: (inout [UInt8]) -> Void
  ) -> EventEnvelope {
    var body: [UInt8] = []
    body.reserveCapacity(capacity)
    write(&body)
    JSONWriter.append(key: "timestamp", time: time, to: &body)
    body.append(UInt8(ascii: "}"))
    return EventEnvelope(
      kind: kind, tenant: tenant, alertID: alert.alertID, campaignID: alert.entity.campaignID,
      severity: alert.severity, alertType: alert.alertType,
      ruleIncarnation: kind == .alert ? alert.ruleIncarnation : "", body: body)
  }

  /// The alert that a ``Kind-swift.enum/alert`` envelope holds, as it was when it fired.
  package func decodedAlert() throws(ValidationError) -> Alert {
    guard kind == .alert else {
      throw ValidationError(pointer: "", detail: "An event of type \(kind.rawValue) holds no alert.")
    }
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: [UInt8(ascii: "{")] + body)
    } catch {
      throw ValidationError(error)
    }
    guard let data = json.object?["data"] else {
      throw ValidationError(pointer: "/data", detail: "data is required: the alert.")
    }
    var alert = try Alert(json: data)
    alert.ruleIncarnation = ruleIncarnation
    return alert
  }
}
