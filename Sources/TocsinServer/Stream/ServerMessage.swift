import NIOCore
import TocsinCore
import TocsinEngine
import TocsinJSON

/// A message of the server that is no event.
struct ServerMessage {
  private let type: String
  private let json: [UInt8]
  /// The place from which the stream goes on; nil where the message says nothing of that.
  private let position: EventID?

  private init(_ members: [(String, JSON)], position: EventID? = nil) {
    type = members.first?.1.string ?? ""
    json = JSON.object(JSONObject(members)).bytes
    self.position = position
  }

  /// The message as a client gets it.
  func encoded(in format: EventFormat) -> ByteBuffer {
    format.encode(type: type, id: position, json: json)
  }
}

extension ServerMessage {
  /// The first message of every connection; the stream goes on from `position`.
  static func connected(client: AlertID, position: EventID, at time: Timestamp) -> ServerMessage {
    ServerMessage(
      [
        ("type", "connected"), ("message", "connected to the alert stream"), ("timestamp", .string("\(time)")),
        ("client_id", .string("\(client)")), ("last_event_id", .string("\(position)")),
      ], position: position)
  }

  /// The answer to `ping`.
  static let pong = ServerMessage([("type", "pong")])

  /// What was asked for is no longer kept: the stream goes on from `position`.
  static func resync(reason: String, position: EventID) -> ServerMessage {
    ServerMessage(
      [("type", "resync"), ("reason", .string(reason)), ("last_event_id", .string("\(position)"))], position: position)
  }

  /// A replay is over.
  static func resumed(recovered: Bool, position: EventID) -> ServerMessage {
    ServerMessage(
      [("type", "resumed"), ("recovered", .bool(recovered)), ("last_event_id", .string("\(position)"))],
      position: position)
  }

  /// The connection ends; the client is to connect again and resume.
  static func reconnect(_ reason: CloseReason) -> ServerMessage {
    ServerMessage([("type", "reconnect"), ("reason", .string(reason.rawValue)), ("message", .string(reason.text))])
  }

  /// The answer to `subscribe`.
  static func subscribed(_ echo: SubscriptionEcho) -> ServerMessage {
    subscription("subscribed", echo, "subscribed to \(subject(echo))")
  }

  /// The answer to `unsubscribe`.
  static func unsubscribed(_ echo: SubscriptionEcho) -> ServerMessage {
    subscription("unsubscribed", echo, "unsubscribed from \(subject(echo))")
  }

  /// The answer to `acknowledge` and `resolve`: who did it first, and whether it was this client.
  static func applied(_ action: AlertAction, _ outcome: AlertActionOutcome) -> ServerMessage {
    let alert = outcome.alert
    let mark = action == .acknowledge ? alert.acknowledgement : alert.resolution
    var members: [(String, JSON)] = [
      ("type", action == .acknowledge ? "acknowledged" : "resolved"), ("alert_id", .string("\(alert.alertID)")),
      ("user_id", mark?.by.map { .string($0) } ?? .null),
      ("timestamp", mark.map { .string("\($0.at)") } ?? .null), ("changed", .bool(outcome.changed)),
    ]
    if action == .acknowledge, let resolution = alert.resolution {
      members += [("resolved", true), ("resolved_by", resolution.by.map { .string($0) } ?? .null)]
    }
    return ServerMessage(members)
  }

  /// What was asked for was not done.
  static func error(_ error: ClientError) -> ServerMessage {
    var members: [(String, JSON)] = [
      ("type", "error"), ("code", .string(error.code.rawValue)), ("message", .string(error.message)),
    ]
    if let id = error.alertID { members.append(("alert_id", .string("\(id)"))) }
    if !error.faults.isEmpty {
      let faults = error.faults.map { fault -> JSON in
        ["pointer": .string(fault.pointer), "detail": .string(fault.detail)]
      }
      members.append(("errors", .array(faults)))
    }
    if let seconds = error.retryAfterSeconds { members.append(("retry_after", .integer(Int64(seconds)))) }
    return ServerMessage(members)
  }

  private static func subscription(_ type: String, _ echo: SubscriptionEcho, _ message: String) -> ServerMessage {
    ServerMessage(
      [
        ("type", .string(type)), ("campaign_id", echo.campaignID.map { .string($0) } ?? .null),
        ("message", .string(message)),
      ] + echo.others.map { ($0.key, $0.value) })
  }

  private static func subject(_ echo: SubscriptionEcho) -> String {
    if let campaign = echo.campaignID { return "campaign \(campaign)" }
    return echo.others.contains { $0.key != "updates" } ? "the alerts that match" : "all alerts"
  }

}
