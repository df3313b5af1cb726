import HTTPTypes
import NIOCore
import TocsinCore
import TocsinEngine

/// What people do to alerts: acknowledge and resolve.
enum AlertActionEndpoints {
  static func all(_ alerts: AlertService) -> [Endpoint] {
    [acknowledge(alerts), resolve(alerts)]
  }

  private static func acknowledge(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "acknowledgeAlert", tag: "alerts",
      summary: "Says that somebody looks after an alert. A repeat changes nothing.",
      parameters: [Parameters.alertID],
      body: Operation.Body(schema: Schemas.input(["user_id": Schemas.userID])),
      success: Operation.Success(
        description: "Who acknowledged it (the first one), or null where it was resolved before anybody did.",
        schema: Schemas.object([
          "success": Schemas.yes, "alert_id": Schemas.uuid, "acknowledged_by": Schemas.nullable(Schemas.text),
        ])),
      problems: [404, 415, 422, 503])
    return Endpoint(.put, "/api/alerts/{alert_id}/acknowledge", operation) { request in
      let id = try request.alertID()
      guard let user = try user(in: try request.object()) else {
        throw Problem.invalid("/user_id", "is required: who acknowledges the alert")
      }
      let alert = try await alerts.apply(.acknowledge, to: id, by: user, tenant: request.tenant)
      return Answer([
        "success": true, "alert_id": .string(id.description),
        "acknowledged_by": alert.acknowledgement?.by.map(JSON.string) ?? .null,
      ])
    }
  }

  private static func resolve(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "resolveAlert", tag: "alerts", summary: "Ends an alert. A repeat changes nothing.",
      parameters: [Parameters.alertID],
      body: Operation.Body(
        schema: Schemas.input(optional: ["user_id": Schemas.nullable(Schemas.userID)]), isRequired: false),
      success: Operation.Success(
        description: "It is resolved.",
        schema: Schemas.object(["success": Schemas.yes, "alert_id": Schemas.uuid, "resolved": Schemas.yes])),
      problems: [404, 415, 422, 503])
    return Endpoint(.put, "/api/alerts/{alert_id}/resolve", operation) { request in
      let id = try request.alertID()
      let user = request.body.readableBytes == 0 ? nil : try user(in: try request.object())
      _ = try await alerts.apply(.resolve, to: id, by: user, tenant: request.tenant)
      return Answer(["success": true, "alert_id": .string(id.description), "resolved": true])
    }
  }

  /// Who does it, if the body says so.
  static func user(in body: JSONObject) throws(Problem) -> String? {
    switch body["user_id"] {
    case nil, .null: return nil
    case .string(let user):
      guard (1...256).contains(user.utf8.count), !user.utf8.contains(0) else {
        throw Problem.invalid("/user_id", "must have 1 to 256 bytes, none of them U+0000")
      }
      return user
    default: throw Problem.invalid("/user_id", "must be a string")
    }
  }
}
