import TocsinCore
import TocsinEngine
import TocsinJSON

/// The wire forms of deliveries.
enum DeliveryBody {
  /// A delivery of a list: with what it tells of, and where it goes.
  static func json(_ item: DeliveryPage.Item) -> JSON {
    guard case .object(var object) = json(item.delivery) else { return .null }
    object["campaign_id"] = optional(item.alert?.entity.campaignID)
    object["campaign_name"] = optional(item.alert?.campaignName)
    object["title"] = optional(item.alert?.title)
    object["host"] = optional(item.host)
    return .object(object)
  }

  static func json(_ delivery: Delivery) -> JSON {
    let planned = delivery.planned
    return [
      "delivery_id": .string(planned.id.description), "alert_id": .string(planned.alertID.description),
      "cause": .string(planned.cause.rawValue), "receiver": .string(planned.target.receiver),
      "target": .string(planned.target.target), "channel": .string(planned.channel.rawValue),
      "state": .string(delivery.state.rawValue), "attempts": .integer(Int64(delivery.attempts)),
      "created_at": .string(delivery.createdAt.description), "due_at": optional(delivery.dueAt?.description),
      "finished_at": optional(delivery.finishedAt?.description), "node": optional(delivery.lockedBy),
      "last_error": optional(delivery.lastError), "history": .array(delivery.history.map { .object(json($0)) }),
    ]
  }

  /// A target that deliveries were replayed to in vain.
  static func json(_ blocked: BlockedTarget) -> JSON {
    [
      "receiver": .string(blocked.name.receiver), "target": .string(blocked.name.target),
      "count": .integer(Int64(blocked.count)), "obstacle": .string(blocked.obstacle.description),
    ]
  }

  static func json(_ entry: TimelineEntry) -> JSON {
    var object: JSONObject = ["timestamp": .string(entry.at.description)]
    func add(_ members: JSONObject) {
      for member in members.members { object[member.key] = member.value }
    }
    switch entry.event {
    case .fired:
      add(["event": "fired"])
      if let reason = entry.unnotified {
        add(["reason": .string(reason.rawValue), "detail": .string(reason.description)])
      }
    case .acknowledged(let user): add(["event": "acknowledged", "user_id": optional(user)])
    case .resolved(let user): add(["event": "resolved", "user_id": optional(user)])
    case .planned(let delivery):
      add(["event": "delivery_due"])
      add(name(delivery))
    case .claimed(let node, let delivery):
      add(["event": "delivery_claimed", "node": .string(node)])
      add(name(delivery))
    case .attempt(let attempt, let delivery):
      add(["event": "delivery_attempt"])
      add(name(delivery))
      add(json(attempt))
    case .finished(let delivery):
      add(["event": "delivery_ended", "error": optional(delivery.lastError)])
      add(name(delivery))
      add(["state": .string(delivery.state.rawValue)])
    }
    return .object(object)
  }

  private static func json(_ attempt: Delivery.Attempt) -> JSONObject {
    [
      "attempt": .integer(Int64(attempt.number)), "timestamp": .string(attempt.at.description),
      "node": .string(attempt.node), "outcome": .string(attempt.outcome),
      "status": attempt.status.map { .integer(Int64($0)) } ?? .null,
      "latency_ms": .integer(Int64(attempt.milliseconds)), "error": optional(attempt.error),
    ]
  }

  private static func name(_ delivery: Delivery) -> JSONObject {
    [
      "delivery_id": .string(delivery.planned.id.description), "cause": .string(delivery.planned.cause.rawValue),
      "receiver": .string(delivery.planned.target.receiver), "target": .string(delivery.planned.target.target),
      "channel": .string(delivery.planned.channel.rawValue),
    ]
  }

  private static func optional(_ text: String?) -> JSON {
    text.map(JSON.string) ?? .null
  }
}
