import TocsinJSON

/// The fields of a check's body, as wire names.
enum CheckField: UInt8 {
  case metricName, value, campaignID, campaignName, adID, context, alertTypes
}

/// A check while its body is being read: takes one field after the other and collects what is wrong with them.
struct CheckDraft {
  /// The short form that the body has, or nil for the general one.
  let shorthand: CheckShorthand?
  private var fields: FieldErrors
  private var given: UInt8 = 0
  private var filled: UInt8 = 0
  private var metricName = ""
  private var metricValue = 0.0
  private var entity = Entity(campaignID: "")
  private var campaignName = ""
  private var context = JSONObject()
  private var alertTypes: [AlertType]?

  init(shorthand: CheckShorthand? = nil, pointer: String, isParsed: Bool) {
    self.shorthand = shorthand
    fields = FieldErrors(pointer: pointer, isParsed: isParsed)
  }

  /// The field that holds the value.
  var valueField: StaticString { shorthand?.valueField ?? "metric_value" }

  /// Notes that a field is in the body.
  /// - Returns: false where it was there already
  mutating func note(_ field: CheckField) -> Bool {
    let bit = 1 << field.rawValue as UInt8
    defer { given |= bit }
    return given & bit == 0
  }

  /// Says that a field holds a number that is not finite.
  mutating func refuseNumber(in field: StaticString) {
    fields.add(field, "\(field) must hold finite numbers only.")
  }

  /// Says that a key is none of a check's.
  @inline(never)
  mutating func refuse(key: String, _ unknownKeys: inout UnknownKeys) {
    fields.refuse(key: key, known: shorthand?.fieldNames ?? Check.fieldNames, &unknownKeys)
  }

  /// Takes a field's value.
  /// - Parameters:
  ///   - bytes: how many bytes it has as it stands in the body
  ///   - levels: how many containers stand in one another in it
  mutating func take(_ field: CheckField, _ value: JSON, bytes: @autoclosure () -> Int, levels: @autoclosure () -> Int)
  {
    guard value != .null else { return }
    filled |= 1 << field.rawValue
    switch field {
    case .metricName: metricName = fields.text("metric_name", value, bytes: 1...Limits.idBytes) ?? ""
    case .value: metricValue = fields.number(valueField, value) ?? 0
    case .campaignID: entity.campaignID = fields.text("campaign_id", value, bytes: 1...Limits.idBytes) ?? ""
    case .campaignName: campaignName = fields.text("campaign_name", value, bytes: 0...Limits.nameBytes) ?? ""
    case .adID: entity.adID = fields.text("ad_id", value, bytes: 0...Limits.idBytes) ?? ""
    case .context: takeContext(value, bytes: bytes(), levels: levels())
    case .alertTypes: takeTypes(value)
    }
  }

  private mutating func takeContext(_ value: JSON, bytes: Int, levels: Int) {
    guard case .object(let object) = value else { return fields.add("context", "context must be an object.") }
    guard bytes <= Limits.contextBytes else {
      return fields.add(
        "context", "context must have at most \(Limits.contextBytes) bytes; this one has \(bytes).")
    }
    guard levels <= Limits.contextLevels else {
      return fields.add(
        "context", "context must be nested at most \(Limits.contextLevels) levels deep; this one has \(levels).")
    }
    context = object
  }

  private mutating func takeTypes(_ value: JSON) {
    guard case .array(let elements) = value else {
      return fields.add("alert_types", "alert_types must be an array of alert types.")
    }
    var types: [AlertType] = []
    types.reserveCapacity(min(elements.count, AlertType.allCases.count))
    for element in elements {
      guard let type = element.string.flatMap(AlertType.init(rawValue:)) else {
        let names = AlertType.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        return fields.add("alert_types", "alert_types must hold only \(names).")
      }
      if !types.contains(type) { types.append(type) }
    }
    alertTypes = types.isEmpty ? nil : types
  }

  /// The check, once every field was taken.
  mutating func finish() throws(ValidationError) -> Check {
    if let shorthand {
      metricName = shorthand.metricName
      alertTypes = shorthand.alertTypes
    } else if lacks(.metricName) {
      fields.require("metric_name", "the name of the metric that was measured")
    }
    if lacks(.value) { fields.require(valueField, "a finite number") }
    if lacks(.campaignID) { fields.require("campaign_id", "the campaign's id") }
    if lacks(.campaignName) { fields.require("campaign_name", "the campaign's name, for people") }
    fields.sumUpKeys()
    try fields.check()
    return Check(
      metricName: metricName, metricValue: metricValue, entity: entity, campaignName: campaignName, context: context,
      alertTypes: alertTypes)
  }

  private func lacks(_ field: CheckField) -> Bool { filled & 1 << field.rawValue == 0 }
}

/// The limits of the wire contract.
enum Limits {
  /// Ids of campaigns and ads, names of metrics.
  static let idBytes = 256
  /// Names of campaigns and rules.
  static let nameBytes = 512
  /// A check's context, as it stands in the body.
  static let contextBytes = 16 << 10
  /// How many containers stand in one another in a context, itself included.
  static let contextLevels = 32
  /// A rule's conditions, and its metadata, written compactly.
  static let ruleObjectBytes = 16 << 10
  /// Checks in one batch.
  static let checksPerBatch = 1000
}
