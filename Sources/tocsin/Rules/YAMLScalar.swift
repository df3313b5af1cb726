import TocsinCore

/// What a plain YAML scalar means: YAML 1.2's core schema, so that `yes` is a text and `012` is twelve, everywhere.
enum YAMLScalar {
  /// The value of a plain (unquoted) scalar.
  static func value(_ text: String) -> JSON {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: number(text) ?? .string(text)
    }
  }

  /// Whether a text can stand without quotes and is read back as that text, also by readers of YAML 1.1.
  static func canBePlain(_ text: String) -> Bool {
    let words: Set = ["y", "n", "yes", "no", "on", "off", "<<", "="]
    guard case .string = value(text), !words.contains(text.lowercased()) else { return false }
    guard let first = text.utf8.first, !(48...58).contains(first), first != UInt8(ascii: "."),
      first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
    else { return false }
    return text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && !(0x80...0x9f).contains($0.value) }
  }

  private static func number(_ text: String) -> JSON? {
    let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    guard let first = unsigned.utf8.first, (48...57).contains(first) || first == UInt8(ascii: ".") else { return nil }
    guard unsigned.utf8.prefix(2).contains(where: { (48...57).contains($0) }) else { return nil }
    guard unsigned.utf8.allSatisfy({ (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }) else { return nil }
    if let integer = Int64(text) { return .integer(integer) }
    return Double(text.last == "." ? text + "0" : text).flatMap { $0.isFinite ? .number($0) : nil }
  }
}
