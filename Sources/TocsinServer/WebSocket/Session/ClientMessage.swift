import NIOCore
import TocsinCore
import TocsinJSON

/// What a client asks for.
enum ClientMessage: Equatable {
  case ping
  /// Adds a filter, and says whether `alert_updated` is wanted, if that is said.
  case subscribe(EventFilter, updates: Bool?, echo: SubscriptionEcho)
  case unsubscribe(EventFilter, updates: Bool?, echo: SubscriptionEcho)
  case resume(lastEventID: String)
  case apply(AlertAction, AlertID, user: String?)
}

extension ClientMessage {
  /// Reads a text message.
  init(_ text: ByteBuffer) throws(ClientError) {
    let json: JSON
    do {
      json = try text.withUnsafeReadableBytes { (bytes) throws(JSONError) in
        try JSON(parsing: bytes, maximumDepth: 16)
      }
    } catch {
      throw ClientError(.invalidJSON, "the message is not JSON: \(error)")
    }
    guard let object = json.object else { throw ClientError(.invalidJSON, "the message is not a JSON object") }
    guard let type = object["type"]?.string else {
      throw ClientError(.invalidField, "the field type is missing or no string")
    }
    guard let kind = Kind(rawValue: type) else {
      let known = Kind.allCases.map(\.rawValue)
      let question = NearestName.question(type, among: known)
      throw ClientError(
        .unknownType,
        "the type \(JSON.string(type).text) is not known"
          + (question.isEmpty ? "; known are \(known.joined(separator: ", "))" : question))
    }
    let unknown = UnknownKeys.errors(in: object, known: kind.names)
    if !unknown.isEmpty { throw ClientError(unknown) }
    var fields = MessageFields(object)
    switch kind {
    case .ping: self = .ping
    case .subscribe:
      let filter = try fields.filter()
      self = .subscribe(filter, updates: try fields.flag("updates"), echo: fields.echo)
    case .unsubscribe:
      let filter = try fields.filter()
      self = .unsubscribe(filter, updates: try fields.flag("updates"), echo: fields.echo)
    case .resume: self = .resume(lastEventID: try fields.text("last_event_id"))
    case .acknowledge: self = .apply(.acknowledge, try fields.alertID(), user: try fields.user())
    case .resolve: self = .apply(.resolve, try fields.alertID(), user: try fields.user())
    }
  }

  /// What `type` says.
  private enum Kind: String, CaseIterable {
    case subscribe
    case unsubscribe
    case resume
    case acknowledge
    case resolve
    case ping

    /// The names that such a message may have.
    var names: [String] {
      switch self {
      case .subscribe, .unsubscribe: ["type", "campaign_id", "campaign_ids", "severities", "alert_types", "updates"]
      case .resume: ["type", "last_event_id"]
      case .acknowledge, .resolve: ["type", "alert_id", "user_id"]
      case .ping: ["type"]
      }
    }
  }
}

/// The fields of a subscription as the client named them, to be repeated in the answer.
struct SubscriptionEcho: Equatable {
  /// The campaign, where exactly one was named.
  var campaignID: String?
  /// Other fields, as they came.
  var others: [JSONObject.Member] = []
}
