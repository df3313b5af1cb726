import TocsinCore
import TocsinJSON

/// The parameters that operations share.
enum Parameters {
  typealias Parameter = Operation.Parameter

  static let ruleID = Parameter(
    name: "rule_id", place: .path, description: "The rule's id.", schema: Schemas.ruleID)
  static let alertID = Parameter(
    name: "alert_id", place: .path, description: "The alert's id.", schema: Schemas.uuid)
  static let actor = Parameter(
    name: Actor.header, place: .header,
    description: """
      Who makes the change: for a rule's history (else `api`), and for an alert where the body names nobody. UTF-8.
      """,
    schema: ["type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[!-~]([ -~]*[!-~])?$"])
  static let enabledOnly = query(
    "enabled_only", "Whether disabled rules are left out.",
    [
      "type": "boolean", "default": false,
    ])
  static let campaignID = query(
    "campaign_id", "Only alerts of that campaign.", Schemas.string(1...256, "At most 256 bytes."))
  static let campaignIDs = texts("campaign_id", "Only alerts of these campaigns.")
  static let alertTypes = list("alert_type", "Only alerts of these types.", Schemas.names(AlertType.self))
  static let severities = list("severity", "Only alerts that bad.", Schemas.names(Severity.self))
  static let ruleIDs = texts("rule_id", "Only alerts of these rules.")
  static let adIDs = texts("ad_id", "Only alerts of these ads.")
  static let acknowledged = query(
    "acknowledged", "Only alerts that have, or have not, been acknowledged.", ["type": "boolean"])
  static let since = query("since", "Only alerts that fired then or later. \(time)", Schemas.time)
  static let until = query("until", "Only alerts that fired before then. \(time)", Schemas.time)
  static let limit = query("limit", "How many at most.", Schemas.integer(1...1000, default: 100))
  static let daysBack = query(
    "days_back",
    "How many days to look back from `until`, or from now if that is earlier: 7 unless `since` is given; else both count.",
    Schemas.integer(1...3650))
  static let cursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.",
    [
      "type": "string", "pattern": "^a[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ])

  static let deliveryID = Parameter(
    name: "delivery_id", place: .path, description: "The delivery's id.", schema: Schemas.uuid)
  static let ofAlert = query("alert_id", "Only deliveries of that alert.", Schemas.uuid)
  static let receiver = query("receiver", "Only deliveries to that receiver.", Schemas.string(1...256, "Its name."))
  static let ofCampaigns = texts("campaign_id", "Only deliveries of alerts of these campaigns.")
  static let deliveryState = list("state", "Only deliveries in these states.", Schemas.names(DeliveryState.self))
  static let alertSince = query(
    "since", "Only deliveries of alerts that fired then or later. \(time)", Schemas.time)
  static let alertUntil = query(
    "until", "Only deliveries of alerts that fired before then. \(time)", Schemas.time)
  static let deliveryCursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.",
    [
      "type": "string", "pattern": "^d[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ])
  static let changeCursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.", ["type": "string", "pattern": "^c[0-9]{1,18}$"])
  static let channel = query(
    "channel", "The name, for clients that send no body; a body's goes before it.",
    Schemas.string(1...256, "The name."))

  private static let time = "RFC 3339, with `Z` or an offset; digits beyond milliseconds are dropped."

  /// A parameter of several values.
  private static func list(_ name: String, _ description: String, _ element: JSON) -> Parameter {
    query(
      name, description + " Repeat the name, or separate values by commas.",
      ["type": "array", "items": element, "maxItems": .integer(Int64(QueryParameters.valueLimit))])
  }

  /// The same of ids. A comma in a value separates two, also where it is percent-encoded.
  private static func texts(_ name: String, _ description: String) -> Parameter {
    list(
      name, description + " An id that holds a comma cannot be named.",
      ["type": "string", "pattern": "^[^,\\u0000]{1,256}$"])
  }

  static func query(_ name: String, _ description: String, _ schema: JSON) -> Parameter {
    Parameter(name: name, place: .query, description: description, schema: schema)
  }
}
