/// Text in a line of the log. What it says may come from anywhere: it must not be able to begin another line, nor to
/// control a terminal.
enum LogText {
  /// How many bytes of one text are written; the rest is cut off.
  static let limit = 8192

  /// Appends the text without quotes; control and format characters are escaped.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    append(text, escapingQuotes: false, to: &bytes)
  }

  /// Appends the text as a JSON string.
  static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    append(text, escapingQuotes: true, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends the text as the value of `key=value`: quoted unless it is one plain word.
  static func appendValue(_ text: String, to bytes: inout [UInt8]) {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !needsQuotes($0) }
    if isPlain { append(text, to: &bytes) } else { appendQuoted(text, to: &bytes) }
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\\")
  }

  private static func append(_ text: String, escapingQuotes: Bool, to bytes: inout [UInt8]) {
    let end = bytes.count + limit
    for scalar in text.unicodeScalars {
      guard bytes.count < end else {
        bytes.append(contentsOf: "…".utf8)
        return
      }
      switch scalar {
      case "\"" where escapingQuotes, "\\" where escapingQuotes:
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(scalar.value))
      case " "..."~": bytes.append(UInt8(scalar.value))
      case "\n": bytes.append(contentsOf: "\\n".utf8)
      case "\r": bytes.append(contentsOf: "\\r".utf8)
      case "\t": bytes.append(contentsOf: "\\t".utf8)
      default:
        if isHarmless(scalar) {
          bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        } else {
          for unit in String(scalar).utf16 { appendEscape(unit, to: &bytes) }
        }
      }
    }
  }

  /// Whether it neither breaks lines nor changes how others are shown. Joiners are parts of emoji and of words.
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    case .format: scalar == "\u{200C}" || scalar == "\u{200D}"
    default: true
    }
  }

  private static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift)) & 15]) }
  }
}
