import TocsinCore
import TocsinJSON

extension Schemas {
  static let delivery = object(
    [
      "delivery_id": uuid, "alert_id": uuid, "cause": names(DeliveryCause.Kind.self), "receiver": text, "target": text,
      "channel": text, "state": names(DeliveryState.self), "attempts": count, "created_at": time,
      "due_at": nullable(time), "finished_at": nullable(time), "node": nullable(text), "last_error": nullable(text),
      "history": list("DeliveryAttempt"),
    ],
    // Of lists.
    optional: [
      "campaign_id": nullable(text), "campaign_name": nullable(text), "title": nullable(text), "host": nullable(text),
    ])

  static let deliveryAttempt = object([
    "attempt": count, "timestamp": time, "node": text, "outcome": text, "status": nullable(["type": "integer"]),
    "latency_ms": count, "error": nullable(text),
  ])

  static let timelineEntry = object(
    [
      "timestamp": time,
      "event": [
        "type": "string",
        "enum": [
          "fired", "acknowledged", "resolved", "delivery_due", "delivery_claimed", "delivery_attempt",
          "delivery_ended",
        ],
      ],
    ],
    optional: [
      "user_id": nullable(text), "delivery_id": uuid, "cause": names(DeliveryCause.Kind.self), "receiver": text,
      "target": text, "channel": text, "state": names(DeliveryState.self), "attempt": count, "node": text,
      "outcome": text, "status": nullable(["type": "integer"]), "latency_ms": count, "error": nullable(text),
      // Of `fired`: why nobody is notified.
      "reason": names(EmptyPlanReason.self), "detail": text,
    ])
}
