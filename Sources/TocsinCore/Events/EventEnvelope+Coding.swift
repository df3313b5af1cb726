import TocsinJSON

extension EventEnvelope {
  /// The version that ``encoded()`` writes, as an ASCII digit.
  private static let version = UInt8(ascii: "1")

  /// The envelope's bytes, as they stand in the journal, in the log and in published messages.
  package func encoded() -> [UInt8] {
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

  /// What bytes that should be an envelope turn out to be.
  package enum Reading: Sendable, Hashable {
    case envelope(EventEnvelope)
    /// Of a newer release: of another version, or of a kind, severity or type that this release does not know.
    case newer
    /// No envelope of any release.
    case damaged
  }

  /// Reads what ``encoded()`` writes. Members of the header that are not known are passed over: a later release may add
  /// some.
  package static func read(_ bytes: [UInt8]) -> Reading {
    bytes.withUnsafeBytes { read($0) }
  }

  /// Reads what ``encoded()`` writes; nil for what a newer release wrote, and for anything that is not an envelope.
  package init?(decoding bytes: UnsafeRawBufferPointer) {
    guard case .envelope(let envelope) = EventEnvelope.read(bytes) else { return nil }
    self = envelope
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
    guard let version = bytes.first else { return .damaged }
    guard version == EventEnvelope.version else {
      return UInt8(ascii: "2")...UInt8(ascii: "9") ~= version ? .newer : .damaged
    }
    var header = HeaderFields()
    var reader = JSONReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), maximumDepth: 8)
    do throws(JSONError) {
      try header.read(from: &reader)
    } catch {
      return .damaged
    }
    guard reader.offset < reader.bytes.count, reader.bytes[reader.offset] == UInt8(ascii: "\n"),
      let alertID = header.alertID, let tenant = header.tenant, let campaignID = header.campaignID, header.isNamed
    else { return .damaged }
    guard let kind = header.kind, let severity = header.severity, let alertType = header.alertType else {
      return .newer
    }
    return .envelope(
      EventEnvelope(
        kind: kind, tenant: tenant, alertID: alertID, campaignID: campaignID, severity: severity, alertType: alertType,
        ruleIncarnation: header.incarnation, body: Array(reader.bytes.dropFirst(reader.offset + 1))))
  }

  /// Reads what ``encoded()`` writes; nil for what a newer release wrote, and for anything that is not an envelope.
  package init?(decoding bytes: [UInt8]) {
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
  /// How many of kind, severity and type are there, known or not.
  private var names = 0

  var isNamed: Bool { names == 3 }

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
        names += 1
      } else if reader.isName(name, "tenant") {
        tenant = Tenant(rawValue: text)
      } else if reader.isName(name, "alert_id") {
        alertID = AlertID(text)
      } else if reader.isName(name, "campaign_id") {
        campaignID = text
      } else if reader.isName(name, "severity") {
        severity = Severity(rawValue: text)
        names += 1
      } else if reader.isName(name, "alert_type") {
        alertType = AlertType(rawValue: text)
        names += 1
      } else if reader.isName(name, "incarnation") {
        incarnation = text
      }
      more = try reader.anotherMember()
    }
  }
}
