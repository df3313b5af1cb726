import TocsinJSON

extension JSONWriter {
  /// Appends a member that is a time, `null` where there is none.
  package static func append(key: StaticString, time: Timestamp?, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    guard let time else { return bytes.append(literal: "null") }
    bytes.append(UInt8(ascii: "\""))
    time.append(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends a member that is an alert's id.
  package static func append(key: StaticString, id: AlertID, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    id.append(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }
}
