import TocsinCore

/// The parameters that operations share.
enum Parameters {
  typealias Parameter = Operation.Parameter

  static let ruleID = Parameter(
    name: "rule_id", place: .path, description: "The rule's id.", schema: Schemas.ruleID)
  static let alertID = Parameter(
    name: "alert_id", place: .path, description: "The alert's id.", schema: Schemas.uuid)
  static let actor = Parameter(
    name: "X-Tocsin-User", place: .header, description: "Who makes the change, for the rule's history; else `api`.",
    schema: ["type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[!-~]([ -~]*[!-~])?$"])
  static let enabledOnly = query(
    "enabled_only", "Whether disabled rules are left out.",
    [
      "type": "boolean", "default": false,
    ])
  static let campaignID = query(
    "campaign_id", "Only alerts of that campaign.", Schemas.string(1...256, "At most 256 bytes."))
  static let alertType = query("alert_type", "Only alerts of that type.", Schemas.names(AlertType.self))
  static let severity = query("severity", "Only alerts that bad.", Schemas.names(Severity.self))
  static let limit = query("limit", "How many at most.", Schemas.integer(1...1000, default: 100))
  static let daysBack = query("days_back", "How many days to look back.", Schemas.integer(1...3650, default: 7))
  static let cursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.",
    [
      "type": "string", "pattern": "^a[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ])

  static let deliveryID = Parameter(
    name: "delivery_id", place: .path, description: "The delivery's id.", schema: Schemas.uuid)
  static let ofAlert = query("alert_id", "Only deliveries of that alert.", Schemas.uuid)
  static let receiver = query("receiver", "Only deliveries to that receiver.", Schemas.string(1...256, "Its name."))
  static let deliveryState = query("state", "Only deliveries in that state.", Schemas.names(DeliveryState.self))
  static let deliveryCursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.",
    [
      "type": "string", "pattern": "^d[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ])
  static let changeCursor = query(
    "cursor", "The `next_cursor` of the page before; opaque.", ["type": "string", "pattern": "^c[0-9]{1,18}$"])
  static let channel = query(
    "channel", "The name, for clients that send no body; it goes before the body's.",
    Schemas.string(1...256, "The name."))

  private static func query(_ name: String, _ description: String, _ schema: JSON) -> Parameter {
    Parameter(name: name, place: .query, description: description, schema: schema)
  }
}
