extension EventEnvelope {
  /// The version that ``encoded()`` writes, as an ASCII digit.
  private static let version = UInt8(ascii: "1")

  /// The envelope's bytes, as they stand in the journal, in the log and in published messages.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256 + body.count)
    bytes.append(EventEnvelope.version)
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: "type", string: kind.rawValue, to: &bytes)
    JSONWriter.append(key: "tenant", string: tenant.rawValue, to: &bytes)
    JSONWriter.append(key: "alert_id", id: alertID, to: &bytes)
    JSONWriter.append(key: "campaign_id", string: campaignID, to: &bytes)
    JSONWriter.append(key: "severity", string: severity.rawValue, to: &bytes)
    JSONWriter.append(key: "alert_type", string: alertType.rawValue, to: &bytes)
    if !ruleIncarnation.isEmpty { JSONWriter.append(key: "incarnation", string: ruleIncarnation, to: &bytes) }
    bytes.append(literal: "}\n")
    bytes.append(contentsOf: body)
    return bytes
  }

  /// Reads what ``encoded()`` writes; nil for another version and for anything that is not an envelope. Members of
  /// the header that are not known are passed over: a later release may add some.
  public init?(decoding bytes: UnsafeRawBufferPointer) {
    guard bytes.first == EventEnvelope.version else { return nil }
    var header = HeaderFields()
    var reader = JSONReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), maximumDepth: 8)
    do throws(JSONError) {
      try header.read(from: &reader)
    } catch {
      return nil
    }
    guard reader.offset < reader.bytes.count, reader.bytes[reader.offset] == UInt8(ascii: "\n"),
      let kind = header.kind, let alertID = header.alertID, let severity = header.severity,
      let alertType = header.alertType, let tenant = header.tenant, let campaignID = header.campaignID
    else { return nil }
    self.init(
      kind: kind, tenant: tenant, alertID: alertID, campaignID: campaignID, severity: severity, alertType: alertType,
      ruleIncarnation: header.incarnation, body: Array(reader.bytes.dropFirst(reader.offset + 1)))
  }

  /// Reads what ``encoded()`` writes.
  public init?(decoding bytes: [UInt8]) {
    let envelope = bytes.withUnsafeBytes { EventEnvelope(decoding: $0) }
    guard let envelope else { return nil }
    self = envelope
  }
}

/// An envelope's header while it is being read.
private struct HeaderFields {
  var kind: EventEnvelope.Kind?
  var tenant: Tenant?
  var alertID: AlertID?
  var campaignID: String?
  var severity: Severity?
  var alertType: AlertType?
  var incarnation = ""

  mutating func read(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.peek() == UInt8(ascii: "{") else { throw reader.failure("an object is expected here") }
    var more = try reader.beginObject()
    while more {
      let name = try reader.name()
      guard try reader.peek() == UInt8(ascii: "\"") else {
        _ = try reader.value()
        more = try reader.anotherMember()
        continue
      }
      let text = try reader.string()
      if reader.isName(name, "type") {
        kind = EventEnvelope.Kind(rawValue: text)
      } else if reader.isName(name, "tenant") {
        tenant = Tenant(rawValue: text)
      } else if reader.isName(name, "alert_id") {
        alertID = AlertID(text)
      } else if reader.isName(name, "campaign_id") {
        campaignID = text
      } else if reader.isName(name, "severity") {
        severity = Severity(rawValue: text)
      } else if reader.isName(name, "alert_type") {
        alertType = AlertType(rawValue: text)
      } else if reader.isName(name, "incarnation") {
        incarnation = text
      }
      more = try reader.anotherMember()
    }
  }
}
