import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `/api/deliveries`, and what happened to an alert.
enum DeliveryEndpoints {
  static let path = "/api/deliveries"

  /// - Parameter reader: reads the pages
  static func all(_ deliveries: DeliveryService, reader: ListReader) -> [Endpoint] {
    [list(deliveries, reader), replay(deliveries), replayMany(deliveries), timeline(deliveries)]
  }

  private static func list(_ deliveries: DeliveryService, _ reader: ListReader) -> Endpoint {
    let operation = Operation(
      id: "listDeliveries", tag: "deliveries", summary: "Deliveries, those of the newest alert first.",
      parameters: [
        Parameters.ofAlert, Parameters.receiver, Parameters.ofCampaigns, Parameters.deliveryState,
        Parameters.alertSince, Parameters.alertUntil, Parameters.limit, Parameters.deliveryCursor,
      ],
      success: Operation.Success(
        description: "A page of them.",
        schema: Schemas.object(
          ["deliveries": Schemas.list("Delivery"), "count": Schemas.count],
          optional: ["next_cursor": ["type": "string", "pattern": "^[A-Za-z0-9._~-]+$"]]),
        example: ["deliveries": [Examples.delivery], "count": 1]),
      problems: [503])
    return Endpoint(.GET, path, operation) { request in
      var parameters = try request.queryParameters()
      let query = DeliveryQuery(
        alertID: parameters.alertID("alert_id"), receiver: parameters.text("receiver"),
        campaignIDs: parameters.texts("campaign_id"),
        states: parameters.choices("state", of: DeliveryState.self), since: parameters.time("since"),
        until: parameters.time("until"), before: parameters.deliveryCursor("cursor"),
        limit: parameters.integer("limit", in: 1...1000, default: 100))
      try parameters.finish()
      let page = try await reader.page(limit: query.limit, behind: query.before) { behind, limit in
        var portion = query
        portion.before = behind
        portion.limit = limit
        let found = try await deliveries.page(portion, tenant: request.tenant)
        return (found.deliveries, found.next)
      } id: { item in
        item.delivery.planned.id
      } append: { item, bytes in
        DeliveryBody.json(item).append(to: &bytes)
      }
      return HTTPAnswer(bytes: Body.page(page, named: "deliveries", cursor: Cursor.text))
    }
  }

  private static func replay(_ deliveries: DeliveryService) -> Endpoint {
    let operation = Operation(
      id: "replayDelivery", tag: "deliveries",
      summary: "Makes a delivery that has come to its end due again. One that has not is left as it is.",
      parameters: [Parameters.deliveryID],
      success: Operation.Success(
        description: "The delivery as it is now. `obstacle` says why it will not be sent all the same.",
        schema: Schemas.object([
          "success": Schemas.yes, "changed": Schemas.flag, "delivery": Schemas.reference("Delivery"),
          "obstacle": Schemas.nullable(Schemas.text),
        ]),
        example: ["success": true, "changed": true, "delivery": Examples.delivery, "obstacle": .null]),
      problems: [404, 503])
    return Endpoint(.POST, path + "/{delivery_id}/replay", operation) { request in
      guard let id = DeliveryID(try request.parameter("delivery_id")) else {
        throw Problem(404, "there is no delivery of that id")
      }
      let (delivery, isChanged, obstacle) = try await deliveries.replay(id, tenant: request.tenant)
      return HTTPAnswer([
        "success": true, "changed": .bool(isChanged), "delivery": DeliveryBody.json(delivery),
        "obstacle": obstacle.map { .string($0.description) } ?? .null,
      ])
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
            "state": Schemas.nullable(Schemas.names(replayable)),
          ]), example: ["receiver": "on-call", "state": "dead"]),
      success: Operation.Success(
        description: "How many are due again, and the targets to which nothing will be sent all the same.",
        schema: Schemas.object([
          "success": Schemas.yes, "replayed": Schemas.count,
          "obstacles": [
            "type": "array",
            "items": Schemas.object([
              "receiver": Schemas.text, "target": Schemas.text, "count": Schemas.count, "obstacle": Schemas.text,
            ]),
          ],
        ]),
        example: ["success": true, "replayed": 12, "obstacles": []]),
      problems: [503])
    return Endpoint(.POST, path + "/replay", operation) { request in
      let query = try query(try request.fields())
      let (count, blocked) = try await deliveries.replay(query, tenant: request.tenant)
      return HTTPAnswer([
        "success": true, "replayed": .integer(Int64(count)),
        "obstacles": .array(blocked.map(DeliveryBody.json)),
      ])
    }
  }

  /// In which states deliveries can be replayed.
  private static let replayable: [DeliveryState] = [.dead, .cancelled, .delivered]

  /// Which deliveries a body asks for: `alert_id`, `receiver`, `state` (`dead` unless given).
  private static func query(_ fields: BodyFields) throws -> DeliveryQuery {
    var fields = fields
    let query = DeliveryQuery(
      alertID: fields.alertID("alert_id"), receiver: fields.text("receiver"),
      state: fields.choice("state", of: replayable) ?? .dead)
    try fields.finish()
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
        ]),
        example: [
          "alert_id": Examples.alertID, "timeline": [["timestamp": Examples.time, "event": "fired"]], "count": 1,
        ]),
      problems: [404, 503])
    return Endpoint(.GET, AlertEndpoints.path + "/{alert_id}/timeline", operation) { request in
      let id = try request.alertID()
      let entries = try await deliveries.timeline(of: id, tenant: request.tenant)
      return HTTPAnswer([
        "alert_id": .string(id.description), "timeline": .array(entries.map(DeliveryBody.json)),
        "count": .integer(Int64(entries.count)),
      ])
    }
  }
}
