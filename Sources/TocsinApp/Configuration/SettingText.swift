/// The text of a setting without what people and tools leave around it.
package enum SettingText {
  /// Why a text cannot be a setting.
  package enum Fault: Error, Hashable, CustomStringConvertible {
    case quotes
    case control

    package var description: String {
      switch self {
      case .quotes: "has quotes around it, which are part of the value: leave them out"
      case .control: "has a control character (a line break, a tab, …) inside"
      }
    }
  }

  /// The text without white space and byte-order marks around it; of a secret, which may begin or end with a blank, only
  /// line breaks at its end and byte-order marks are cut.
  static func trimmed(_ text: String, isSecret: Bool) -> String {
    let scalars = text.unicodeScalars
    var rest = scalars.drop { isSecret ? isByteOrderMark($0) : isAround($0) }
    while let last = rest.last, isSecret ? last == "\n" || last == "\r" || isByteOrderMark(last) : isAround(last) {
      rest.removeLast()
    }
    return rest.count == scalars.count ? text : String(rest)
  }

  /// The trimmed text of a variable or a flag.
  /// - Throws: ``Fault`` where quotes are around it or control characters inside it
  package static func read(_ text: String, isSecret: Bool) throws(Fault) -> String {
    let text = trimmed(text, isSecret: isSecret)
    if isQuoted(text) { throw .quotes }
    if hasControls(text) { throw .control }
    return text
  }

  /// A text of several lines on one.
  static func joined(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { ["\n", "\r", "\t"].contains($0) ? " " : $0 }))
  }

  /// Whether the text is in quotes, as files for `docker run --env-file` leave them.
  static func isQuoted(_ text: String) -> Bool {
    guard text.unicodeScalars.count > 1, let first = text.unicodeScalars.first, let last = text.unicodeScalars.last
    else { return false }
    return quotes.contains { $0.0 == first && $0.1 == last }
  }

  /// Quotation marks of keyboards, and those that word processors make of them.
  private static let quotes: [(Unicode.Scalar, Unicode.Scalar)] = [
    ("\"", "\""), ("'", "'"), ("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}"), ("\u{201E}", "\u{201C}"),
    ("\u{201E}", "\u{201D}"), ("\u{201A}", "\u{2018}"), ("\u{AB}", "\u{BB}"), ("\u{BB}", "\u{AB}"),
  ]

  /// Whether there is a character in it that has no place on a line.
  static func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
  }

  private static func isByteOrderMark(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{FEFF}" }

  private static func isAround(_ scalar: Unicode.Scalar) -> Bool {
    isByteOrderMark(scalar) || scalar.properties.isWhitespace
  }
}
