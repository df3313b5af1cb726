package import TocsinJSON

extension AlertRule {
  /// The names that the wire form of a rule has. The last two are the server's.
  package static let fieldNames = [
    "rule_id", "name", "alert_type", "severity", "enabled", "metric_name", "threshold", "threshold_operator",
    "lookback_minutes", "cooldown_minutes", "aggregation", "conditions", "metadata", "created_at", "updated_at",
  ]

  /// Reads the wire form of a rule, also of one that a newer release wrote: defaults fill what is absent or `null`;
  /// unknown fields and the server's own are ignored.
  /// - Throws: everything that has to be changed, at once
  package init(json: JSON) throws(ValidationError) {
    var fields = FieldErrors(pointer: "")
    self = AlertRule(reading: try AlertRule.object(json), withBounds: &fields)
    try fields.check()
  }

  /// Reads the body of a request that writes a rule: as ``init(json:)``, but a field that is not known is refused. The
  /// server's own may be there, so that what was read can be sent back, and are ignored.
  /// - Throws: everything that has to be changed, at once
  package init(request json: JSON) throws(ValidationError) {
    let object = try AlertRule.object(json)
    var fields = FieldErrors(pointer: "")
    self = AlertRule(reading: object, withBounds: &fields)
    var unknownKeys = UnknownKeys()
    for member in object.members where !AlertRule.fieldNames.contains(member.key) {
      fields.refuse(key: member.key, known: Array(AlertRule.fieldNames.dropLast(2)), &unknownKeys)
    }
    fields.sumUpKeys()
    try fields.check()
  }

  private static func object(_ json: JSON) throws(ValidationError) -> JSONObject {
    guard case .object(let object) = json else {
      throw ValidationError(pointer: "", detail: "A rule must be an object.")
    }
    return object
  }

  private init(reading object: JSONObject, withBounds fields: inout FieldErrors) {
    self = AlertRule(reading: object, into: &fields)
    if let count = metadata["min_samples"], count != .null, (count.wholeNumber ?? 0) < 1 {
      fields.add("metadata/min_samples", "metadata.min_samples must be a whole number of at least 1.")
    }
    MetricUnit.check(metadata, into: &fields)
  }

  /// Reads what ``storedJSON`` makes.
  package init(storedJSON json: JSON) throws(ValidationError) {
    let object = try AlertRule.object(json)
    var fields = FieldErrors(pointer: "")
    self = AlertRule(reading: object, into: &fields)
    createdAt = fields.time("created_at", object["created_at"]) ?? createdAt
    updatedAt = fields.time("updated_at", object["updated_at"]) ?? updatedAt
    incarnation = fields.text("incarnation", object["incarnation"], bytes: 0...Limits.idBytes) ?? ""
    version = Int64(fields.integer("version", object["version"], 0...Int.max) ?? 0)
    cooldownLengthenedAt = fields.time("cooldown_lengthened_at", object["cooldown_lengthened_at"])
    try fields.check()
  }

  /// A rule of what the fields hold; only good if none of them was wrong.
  private init(reading object: JSONObject, into fields: inout FieldErrors) {
    func isAbsent(_ key: String) -> Bool { object[key] == nil || object[key] == .null }
    let id = fields.text("rule_id", object["rule_id"], bytes: 1...128)
    if isAbsent("rule_id") {
      fields.require("rule_id", "the rule's id")
    } else if let id, !AlertRule.isValid(ruleID: id) {
      fields.add("rule_id", "rule_id must consist of letters, digits and the characters _ . : -, 128 at most.")
    }
    if isAbsent("name") { fields.require("name", "what people call the rule") }
    if isAbsent("alert_type") { fields.require("alert_type", "what the alert will be") }
    if isAbsent("severity") { fields.require("severity", "how bad the alert will be") }
    self.init(
      ruleID: id ?? "",
      name: fields.text("name", object["name"], bytes: 1...Limits.nameBytes) ?? "",
      alertType: fields.name("alert_type", object["alert_type"]) ?? .roasDrop,
      severity: fields.name("severity", object["severity"]) ?? .info,
      enabled: fields.bool("enabled", object["enabled"]) ?? true,
      metricName: fields.text("metric_name", object["metric_name"], bytes: 1...Limits.idBytes),
      threshold: fields.number("threshold", object["threshold"]) ?? 0,
      thresholdOperator: fields.name("threshold_operator", object["threshold_operator"]) ?? .less,
      lookbackMinutes: fields.integer("lookback_minutes", object["lookback_minutes"], 1...10_080) ?? 60,
      cooldownMinutes: fields.integer("cooldown_minutes", object["cooldown_minutes"], 0...10_080) ?? 30,
      aggregation: fields.name("aggregation", object["aggregation"]) ?? .last,
      conditions: fields.object("conditions", object["conditions"], maximumBytes: Limits.ruleObjectBytes) ?? [:],
      metadata: fields.object("metadata", object["metadata"], maximumBytes: Limits.ruleObjectBytes) ?? [:])
  }

  /// Whether a text can be a rule's id: `[A-Za-z0-9_.:-]{1,128}`.
  package static func isValid(ruleID: String) -> Bool {
    guard (1...128).contains(ruleID.utf8.count) else { return false }
    return ruleID.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      case UInt8(ascii: ":"), UInt8(ascii: "-"): true
      default: false
      }
    }
  }

  /// The wire form.
  package var json: JSON { .object(members) }

  /// The wire form with ``incarnation``, ``version`` and ``cooldownLengthenedAt``: what is stored and shared by nodes.
  package var storedJSON: JSON {
    var members = members
    members.append(uncheckedKey: "incarnation", value: .string(incarnation))
    members.append(uncheckedKey: "version", value: .integer(version))
    if let cooldownLengthenedAt {
      members.append(uncheckedKey: "cooldown_lengthened_at", value: .string(cooldownLengthenedAt.description))
    }
    return .object(members)
  }

  private var members: JSONObject {
    [
      "rule_id": .string(ruleID), "name": .string(name), "alert_type": .string(alertType.rawValue),
      "severity": .string(severity.rawValue), "enabled": .bool(enabled), "metric_name": .string(metricName),
      "threshold": .number(threshold), "threshold_operator": .string(thresholdOperator.rawValue),
      "lookback_minutes": .integer(Int64(lookbackMinutes)), "cooldown_minutes": .integer(Int64(cooldownMinutes)),
      "aggregation": .string(aggregation.rawValue), "conditions": .object(conditions), "metadata": .object(metadata),
      "created_at": .string(createdAt.description), "updated_at": .string(updatedAt.description),
    ]
  }
}
