import Logging
import TocsinCore

/// One line of the log before it is written.
struct LogEntry {
  var time: Timestamp
  var level: Logger.Level
  var message: String
  /// In the order in which they are written.
  var fields: [(key: String, value: Logger.MetadataValue)]

  /// Appends the entry and a newline.
  func append(as format: LogFormat, to bytes: inout [UInt8]) {
    switch format {
    case .text: appendText(to: &bytes)
    case .json: appendJSON(to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private func appendText(to bytes: inout [UInt8]) {
    time.append(to: &bytes)
    let name = level.rawValue
    bytes.append(contentsOf: " \(name)\(String(repeating: " ", count: max(0, 7 - name.utf8.count))) ".utf8)
    LogText.append(message, to: &bytes)
    for field in fields {
      bytes.append(UInt8(ascii: " "))
      LogText.append(field.key, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      LogText.appendValue(LogEntry.text(field.value), to: &bytes)
    }
  }

  private func appendJSON(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "{\"time\":\"".utf8)
    time.append(to: &bytes)
    bytes.append(contentsOf: "\",\"level\":\"\(level.rawValue)\",\"message\":".utf8)
    LogText.appendQuoted(message, to: &bytes)
    for field in fields {
      bytes.append(UInt8(ascii: ","))
      let isTaken = ["time", "level", "message"].contains(field.key)
      LogText.appendQuoted(isTaken ? field.key + "_" : field.key, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      LogEntry.appendJSON(field.value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func text(_ value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): text
    case .stringConvertible(let value): value.description
    case .array(let values): "[" + values.map { text($0) }.joined(separator: ", ") + "]"
    case .dictionary(let members):
      "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private static func appendJSON(_ value: Logger.MetadataValue, to bytes: inout [UInt8]) {
    switch value {
    case .string(let text): LogText.appendQuoted(text, to: &bytes)
    case .stringConvertible(let value): appendJSON(value, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendJSON(value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .dictionary(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        LogText.appendQuoted(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendJSON(member.value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func appendJSON(_ value: any CustomStringConvertible, to bytes: inout [UInt8]) {
    switch value {
    case is any BinaryInteger, is Bool: bytes.append(contentsOf: value.description.utf8)
    case let number as Double where number.isFinite: bytes.append(contentsOf: number.description.utf8)
    default: LogText.appendQuoted(value.description, to: &bytes)
    }
  }
}
