package import TocsinJSON

extension Check {
  /// Reads the body of `POST /api/alerts/check`. This is the hottest way in: the fields are read straight from the
  /// bytes, and only the context becomes a tree.
  package init(body: UnsafeRawBufferPointer) throws(ValidationError) {
    self = try Check.read(body, shorthand: nil)
  }

  /// Reads the body of one of the short forms.
  package static func shorthand(
    _ kind: CheckShorthand, body: UnsafeRawBufferPointer
  ) throws(ValidationError) -> Check {
    try read(body, shorthand: kind)
  }

  private static func read(
    _ body: UnsafeRawBufferPointer, shorthand: CheckShorthand?
  ) throws(ValidationError) -> Check {
    var draft = CheckDraft(shorthand: shorthand, pointer: "", isParsed: true)
    var unknownKeys = UnknownKeys()
    let isObject: Bool
    do throws(JSONError) {
      var reader = JSONReader(body, maximumDepth: 64)
      try reader.refuseByteOrderMark()
      isObject = try draft.fill(from: &reader, &unknownKeys)
      try reader.end()
    } catch {
      throw ValidationError(error)
    }
    guard isObject else { throw ValidationError(pointer: "", detail: "The body must be an object.") }
    return try draft.finish()
  }

  /// Reads a check that has been parsed already.
  /// - Parameter pointer: where it stands in the whole body (RFC 6901)
  package init(json: JSON, pointer: String = "") throws(ValidationError) {
    guard case .object(let object) = json else {
      throw ValidationError(pointer: pointer, detail: "A check must be an object.")
    }
    var draft = CheckDraft(pointer: pointer, isParsed: false)
    var unknownKeys = UnknownKeys()
    for member in object.members {
      guard let field = CheckField(member.key) else {
        draft.refuse(key: member.key, &unknownKeys)
        continue
      }
      draft.take(field, member.value, bytes: member.value.bytes.count, levels: member.value.levels)
    }
    self = try draft.finish()
  }
}

extension CheckDraft {
  /// Reads an object from the bytes.
  /// - Parameter unknownKeys: of the whole body
  /// - Returns: false where the value is not an object; it was read nevertheless
  mutating func fill(
    from reader: inout JSONReader, _ unknownKeys: inout UnknownKeys
  ) throws(JSONError) -> Bool {
    guard try reader.peek() == UInt8(ascii: "{") else {
      _ = try reader.value()
      return false
    }
    var unknown = JSONObject()
    var unknownNames = JSONNameSet()
    var more = try reader.beginObject()
    while more {
      let name = try reader.name()
      reader.skipSpace()
      let start = reader.offset
      reader.deepest = reader.depth
      if let field = field(name, reader) {
        guard note(field) else { throw reader.duplicate(at: name.place) }
        let value = try reader.value()
        if reader.nonFiniteOffset != nil, field == .context {
          refuseNumber(in: "context")
        } else {
          take(field, value, bytes: reader.offset - start, levels: reader.deepest - reader.depth)
        }
      } else {
        let text = reader.text(of: name)
        guard unknownNames.insert(text, after: unknown) else { throw reader.duplicate(at: name.place) }
        unknown.append(uncheckedKey: text, value: .null)
        refuse(key: text, &unknownKeys)
        _ = try reader.value()
      }
      reader.nonFiniteOffset = nil
      more = try reader.anotherMember()
    }
    return true
  }

  @inline(__always)
  private func field(_ name: JSONName, _ reader: JSONReader) -> CheckField? {
    if reader.isName(name, valueField) { return .value }
    if shorthand == nil {
      if reader.isName(name, "metric_name") { return .metricName }
      if reader.isName(name, "alert_types") { return .alertTypes }
    }
    if reader.isName(name, "campaign_id") { return .campaignID }
    if reader.isName(name, "campaign_name") { return .campaignName }
    if reader.isName(name, "context") { return .context }
    if reader.isName(name, "ad_id") { return .adID }
    return nil
  }
}

extension CheckField {
  /// The field of that wire name, in the general form.
  init?(_ name: String) {
    switch name {
    case "metric_name": self = .metricName
    case "metric_value": self = .value
    case "campaign_id": self = .campaignID
    case "campaign_name": self = .campaignName
    case "ad_id": self = .adID
    case "context": self = .context
    case "alert_types": self = .alertTypes
    default: return nil
    }
  }
}
