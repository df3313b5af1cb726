import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// What people do to alerts: acknowledge and resolve.
enum AlertActionEndpoints {
  static func all(_ alerts: AlertService) -> [Endpoint] {
    [acknowledge(alerts), resolve(alerts)]
  }

  private static func acknowledge(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "acknowledgeAlert", tag: "alerts",
      summary: "Says that somebody looks after an alert. A repeat changes nothing.",
      parameters: [Parameters.alertID, Parameters.actor],
      body: Operation.Body(
        schema: Schemas.input(optional: ["user_id": Schemas.nullable(Schemas.userID)]), example: ["user_id": "kim"],
        isRequired: false),
      success: Operation.Success(
        description: """
          Who acknowledged it (the first one), or null where it was resolved before anybody did. `changed` is false where \
          it was acknowledged or resolved already.
          """,
        schema: Schemas.object([
          "success": Schemas.yes, "alert_id": Schemas.uuid, "acknowledged_by": Schemas.nullable(Schemas.text),
          "changed": Schemas.flag, "resolved": Schemas.flag, "resolved_by": Schemas.nullable(Schemas.text),
        ]),
        example: [
          "success": true, "alert_id": Examples.alertID, "acknowledged_by": "kim", "changed": true, "resolved": false,
          "resolved_by": nil,
        ]),
      problems: [404, 503])
    return Endpoint(.PUT, "/api/alerts/{alert_id}/acknowledge", operation) { request in
      let id = try request.alertID()
      var fields = try request.fields()
      let user = try request.actor().ofAlerts(named: fields.text("user_id"))
      if user == nil {
        fields.require("user_id", "who acknowledges the alert; the header \(Actor.header) can say it instead")
      }
      try fields.finish()
      let outcome = try await alerts.apply(.acknowledge, to: id, by: user, tenant: request.tenant)
      let alert = outcome.alert
      return HTTPAnswer([
        "success": true, "alert_id": .string(id.description),
        "acknowledged_by": optional(alert.acknowledgement?.by), "changed": .bool(outcome.changed),
        "resolved": .bool(alert.resolution != nil), "resolved_by": optional(alert.resolution?.by),
      ])
    }
  }

  private static func resolve(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "resolveAlert", tag: "alerts", summary: "Ends an alert. A repeat changes nothing.",
      parameters: [Parameters.alertID, Parameters.actor],
      body: Operation.Body(
        schema: Schemas.input(optional: ["user_id": Schemas.nullable(Schemas.userID)]), example: ["user_id": "kim"],
        isRequired: false),
      success: Operation.Success(
        description: """
          It is resolved, and by whom (the first one, null where nobody was named). `changed` is false where it was already.
          """,
        schema: Schemas.object([
          "success": Schemas.yes, "alert_id": Schemas.uuid, "resolved": Schemas.yes,
          "resolved_by": Schemas.nullable(Schemas.text), "changed": Schemas.flag,
        ]),
        example: [
          "success": true, "alert_id": Examples.alertID, "resolved": true, "resolved_by": "kim", "changed": true,
        ]),
      problems: [404, 503])
    return Endpoint(.PUT, "/api/alerts/{alert_id}/resolve", operation) { request in
      let id = try request.alertID()
      var fields = try request.fields()
      let user = try request.actor().ofAlerts(named: fields.text("user_id"))
      try fields.finish()
      let outcome = try await alerts.apply(.resolve, to: id, by: user, tenant: request.tenant)
      return HTTPAnswer([
        "success": true, "alert_id": .string(id.description), "resolved": true,
        "resolved_by": optional(outcome.alert.resolution?.by), "changed": .bool(outcome.changed),
      ])
    }
  }

  private static func optional(_ text: String?) -> JSON {
    text.map(JSON.string) ?? .null
  }
}
