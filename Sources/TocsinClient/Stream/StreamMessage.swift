package import TocsinCore
package import TocsinJSON

/// One message of the live stream, read and as it was sent.
package struct StreamMessage: Sendable, Hashable {
  /// What a message says.
  package enum Kind: Sendable, Hashable {
    /// The stream begins; its position is where it goes on from.
    case connected(clientID: String, lastEventID: String)
    /// An alert was raised.
    case alert(Alert)
    /// Somebody acknowledged or resolved an alert.
    case changed(AlertAction, alertID: String, user: String?, campaignID: String)
    /// Deliveries of an alert went on: by channel, true once delivered, false once given up.
    case updated(alertID: String, campaignID: String, deliveries: [String: Bool])
    /// A resume came to its end; where nothing was recovered a ``resync(reason:)`` says why.
    case resumed(recovered: Bool, lastEventID: String)
    /// Events are missing that the server no longer has.
    case resync(reason: String)
    /// The server did not do what was asked.
    case error(code: String, message: String)
    /// Anything else; its `type`.
    case other(String)
  }

  /// What it says.
  package var kind: Kind
  /// Its place in the event log, where it has one.
  package var eventID: String?
  /// When it happened, where it says so.
  package var timestamp: Timestamp?
  /// The message as it was sent.
  package var json: JSON

  /// Reads a message.
  /// - Throws: ``ClientError`` of code ``ClientError/Code/unexpectedAnswer``
  package init(parsing bytes: [UInt8]) throws(ClientError) {
    do {
      json = try JSON(parsing: bytes)
    } catch {
      throw .unexpected(nil, "a message of the stream is not JSON")
    }
    guard let object = json.object, let type = object["type"]?.string else {
      throw .unexpected(nil, "a message of the stream has no type")
    }
    eventID = object["event_id"]?.string
    timestamp = object["timestamp"]?.string.flatMap { Timestamp($0) }
    func text(_ key: String) -> String { object[key]?.string ?? "" }
    switch type {
    case "connected": kind = .connected(clientID: text("client_id"), lastEventID: text("last_event_id"))
    case "alert":
      do {
        kind = .alert(try Alert(json: object["data"] ?? .null))
      } catch {
        // A newer server's alert, of a type that is not known here: it is shown as it is.
        kind = .other(type)
      }
    case "alert_acknowledged", "alert_resolved":
      kind = .changed(
        type == "alert_resolved" ? .resolve : .acknowledge, alertID: text("alert_id"),
        user: object["user_id"]?.string, campaignID: text("campaign_id"))
    case "alert_updated":
      var deliveries: [String: Bool] = [:]
      for member in object["notification_status"]?.object?.members ?? [] {
        deliveries[member.key] = member.value.bool
      }
      kind = .updated(alertID: text("alert_id"), campaignID: text("campaign_id"), deliveries: deliveries)
    case "resumed":
      kind = .resumed(recovered: object["recovered"]?.bool ?? true, lastEventID: text("last_event_id"))
    case "resync": kind = .resync(reason: text("reason"))
    case "error": kind = .error(code: text("code"), message: text("message"))
    default: kind = .other(type)
    }
  }
}
