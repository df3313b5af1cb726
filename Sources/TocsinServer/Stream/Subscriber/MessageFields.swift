import TocsinCore
import TocsinJSON

/// Reads the fields of a client's message, or of the address that it connected to.
struct MessageFields {
  /// The longest id in bytes.
  static let longestID = 256

  private let object: JSONObject
  /// What was read of a subscription.
  private(set) var echo = SubscriptionEcho()

  /// Reads that object's members.
  init(_ object: JSONObject) {
    self.object = object
  }

  /// The filter that `campaign_id`, `campaign_ids`, `severities` and `alert_types` describe together.
  mutating func filter() throws(ClientError) -> EventFilter {
    var campaigns = try list("campaign_ids")
    if let campaign = try optionalText("campaign_id") {
      echo.campaignID = campaign
      campaigns = (campaigns ?? []) + [campaign]
    }
    for campaign in campaigns ?? [] where campaign.isEmpty || campaign.utf8.count > MessageFields.longestID {
      throw ClientError(.invalidField, "a campaign id has 1 to \(MessageFields.longestID) bytes")
    }
    let severities = try values("severities", of: Severity.self)
    let alertTypes = try values("alert_types", of: AlertType.self)
    if echo.campaignID == nil, let campaigns, campaigns.count == 1 { echo.campaignID = campaigns[0] }
    for key in ["campaign_ids", "severities", "alert_types", "updates"] {
      if let value = object[key], value != .null { echo.others.append(JSONObject.Member(key: key, value: value)) }
    }
    return EventFilter(campaignIDs: campaigns.map { Set($0) }, severities: severities, alertTypes: alertTypes)
  }

  /// A string that has to be there and not be empty.
  func text(_ key: String) throws(ClientError) -> String {
    guard let text = try optionalText(key), !text.isEmpty else {
      throw ClientError(.invalidField, "the field \(key) is missing")
    }
    return text
  }

  /// Whether that field is true; nil where it is absent.
  func flag(_ key: String) throws(ClientError) -> Bool? {
    switch object[key] {
    case nil, .null?: return nil
    case .bool(let value)?: return value
    default: throw ClientError(.invalidField, "the field \(key) is true or false")
    }
  }

  /// The alert that is meant.
  func alertID() throws(ClientError) -> AlertID {
    guard let id = AlertID(try text("alert_id")) else {
      throw ClientError(.invalidField, "the field alert_id is not an alert's id")
    }
    return id
  }

  /// Who acts, if that is said.
  func user() throws(ClientError) -> String? {
    guard let user = try optionalText("user_id"), !user.isEmpty else { return nil }
    guard user.utf8.count <= MessageFields.longestID else {
      throw ClientError(.invalidField, "the field user_id may have \(MessageFields.longestID) bytes")
    }
    return user
  }

  private func optionalText(_ key: String) throws(ClientError) -> String? {
    switch object[key] {
    case nil, .null?: return nil
    case .string(let text)?: return text
    default: throw ClientError(.invalidField, "the field \(key) is not a string")
    }
  }

  private func list(_ key: String) throws(ClientError) -> [String]? {
    guard let value = object[key], value != .null else { return nil }
    if let single = value.string { return [single] }
    let texts = value.array?.compactMap(\.string)
    guard let texts, !texts.isEmpty, texts.count == value.array?.count else {
      throw ClientError(.invalidField, "the field \(key) is not a list of strings with at least one element")
    }
    return texts
  }

  private func values<Value: RawRepresentable<String> & CaseIterable & Hashable>(
    _ key: String, of type: Value.Type
  ) throws(ClientError) -> Set<Value>? {
    guard let texts = try list(key) else { return nil }
    var values: Set<Value> = []
    for text in texts {
      guard let value = Value(rawValue: text) else {
        let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw ClientError(.invalidField, "\(JSON.string(text).text) is none of the \(key): \(known)")
      }
      values.insert(value)
    }
    return values
  }
}
