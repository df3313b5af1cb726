import HTTPTypes
import NIOCore
import TocsinCore
import TocsinEngine

/// `/api/deliveries`, and what happened to an alert.
enum DeliveryEndpoints {
  static let path = "/api/deliveries"

  static func all(_ deliveries: DeliveryService) -> [Endpoint] {
    [list(deliveries), replay(deliveries), replayMany(deliveries), timeline(deliveries)]
  }

  private static func list(_ deliveries: DeliveryService) -> Endpoint {
    let operation = Operation(
      id: "listDeliveries", tag: "deliveries", summary: "Deliveries, those of the newest alert first.",
      parameters: [
        Parameters.ofAlert, Parameters.receiver, Parameters.deliveryState, Parameters.limit, Parameters.deliveryCursor,
      ],
      success: Operation.Success(
        description: "A page of them.",
        schema: Schemas.object(
          ["deliveries": Schemas.list("Delivery"), "count": Schemas.count],
          optional: ["next_cursor": ["type": "string", "pattern": "^[A-Za-z0-9._~-]+$"]])),
      problems: [422, 503])
    return Endpoint(.get, path, operation) { request in
      var parameters = try request.queryParameters()
      let query = DeliveryQuery(
        alertID: parameters.alertID("alert_id"), receiver: parameters.text("receiver"),
        state: parameters.choice("state", of: DeliveryState.self), before: parameters.deliveryCursor("cursor"),
        limit: parameters.integer("limit", in: 1...1000, default: 100))
      try parameters.finish()
      let page = try await deliveries.page(query, tenant: request.tenant)
      var body: JSONObject = [
        "deliveries": .array(page.deliveries.map(DeliveryBody.json(_:))),
        "count": .integer(Int64(page.deliveries.count)),
      ]
      if let next = page.next { body["next_cursor"] = .string(Cursor.text(next)) }
      return Answer(.object(body))
    }
  }

  private static func replay(_ deliveries: DeliveryService) -> Endpoint {
    let operation = Operation(
      id: "replayDelivery", tag: "deliveries",
      summary: "Makes a delivery that has come to its end due again. One that has not is left as it is.",
      parameters: [Parameters.deliveryID],
      success: Operation.Success(
        description: "The delivery as it is now.",
        schema: Schemas.object([
          "success": Schemas.yes, "changed": Schemas.flag, "delivery": Schemas.reference("Delivery"),
        ])),
      problems: [404, 422, 503])
    return Endpoint(.post, path + "/{delivery_id}/replay", operation) { request in
      guard let id = DeliveryID(try request.parameter("delivery_id")) else {
        throw Problem(404, "there is no delivery of that id")
      }
      let (delivery, isChanged) = try await deliveries.replay(id, tenant: request.tenant)
      return Answer(["success": true, "changed": .bool(isChanged), "delivery": DeliveryBody.json(delivery)])
    }
  }

  private static func replayMany(_ deliveries: DeliveryService) -> Endpoint {
    let operation = Operation(
      id: "replayDeliveries", tag: "deliveries",
      summary: "Makes matching deliveries due again, 10,000 at most: unless delivered, repeat it until it answers 0.",
      body: Operation.Body(
        schema: Schemas.input(
          optional: [
            "alert_id": Schemas.nullable(Schemas.uuid),
            "receiver": Schemas.nullable(Schemas.string(1...256, "The receiver's name.")),
            "state": Schemas.nullable(["type": "string", "enum": ["dead", "cancelled", "delivered"]]),
          ], isClosed: true)),
      success: Operation.Success(
        description: "How many are due again.",
        schema: Schemas.object(["success": Schemas.yes, "replayed": Schemas.count])),
      problems: [415, 422, 503])
    return Endpoint(.post, path + "/replay", operation) { request in
      let query = try query(try request.object())
      return Answer([
        "success": true,
        "replayed": .integer(Int64(try await deliveries.replay(query, tenant: request.tenant))),
      ])
    }
  }

  /// Which deliveries a body asks for: `alert_id`, `receiver`, `state` (`dead` unless given).
  private static func query(_ body: JSONObject) throws(Problem) -> DeliveryQuery {
    // A filter whose name was mistyped would be no filter.
    let known = ["alert_id", "receiver", "state"]
    if let stranger = body.members.first(where: { !known.contains($0.key) }) {
      throw Problem.invalid("/\(stranger.key)", "is not known: there are \(known.joined(separator: ", "))")
    }
    var query = DeliveryQuery(state: .dead)
    if let id = body["alert_id"], id != .null {
      guard let id = id.string.flatMap({ AlertID($0) }) else {
        throw Problem.invalid("/alert_id", "must be an alert's id")
      }
      query.alertID = id
    }
    if let receiver = body["receiver"], receiver != .null {
      guard let receiver = receiver.string, (1...256).contains(receiver.utf8.count), !receiver.utf8.contains(0) else {
        throw Problem.invalid("/receiver", "must have 1 to 256 bytes, none of them U+0000")
      }
      query.receiver = receiver
    }
    if let state = body["state"], state != .null {
      guard let state = state.string.flatMap(DeliveryState.init), state.isFinal else {
        throw Problem.invalid("/state", "must be dead, cancelled or delivered")
      }
      query.state = state
    }
    return query
  }

  private static func timeline(_ deliveries: DeliveryService) -> Endpoint {
    let operation = Operation(
      id: "alertTimeline", tag: "alerts", summary: "What happened to an alert, oldest first.",
      parameters: [Parameters.alertID],
      success: Operation.Success(
        description: "The entries.",
        schema: Schemas.object([
          "alert_id": Schemas.uuid, "timeline": Schemas.list("TimelineEntry"), "count": Schemas.count,
        ])),
      problems: [404, 422, 503])
    return Endpoint(.get, AlertEndpoints.path + "/{alert_id}/timeline", operation) { request in
      let id = try request.alertID()
      let entries = try await deliveries.timeline(of: id, tenant: request.tenant)
      return Answer([
        "alert_id": .string(id.description), "timeline": .array(entries.map(DeliveryBody.json)),
        "count": .integer(Int64(entries.count)),
      ])
    }
  }
}
