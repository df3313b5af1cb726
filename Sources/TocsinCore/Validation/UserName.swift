/// What a person or service that makes a change may be called.
package enum UserName {
  /// How many bytes a name has.
  static let lengths = 1...256
  /// What a name must be, as a clause behind what it is the name of.
  package static let demand =
    "must have 1 to 256 bytes of UTF-8, without control characters, and no space at its beginning or end"

  /// Whether a text can be a name: it stays one line, and the same, in a header field, a log and a list.
  package static func isValid(_ text: String) -> Bool {
    guard lengths.contains(text.utf8.count), text.first != " ", text.last != " " else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: false
      // U+FFFD is what bytes that are no UTF-8 are read as.
      default: scalar != "\u{FFFD}"
      }
    }
  }
}
