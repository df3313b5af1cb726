import TocsinCore
package import TocsinJSON

/// What a plain YAML scalar means: YAML 1.2's core schema, so that `yes` is a text and `012` is twelve, everywhere.
package enum YAMLScalar {
  /// The value of a plain (unquoted) scalar.
  package static func value(_ text: String) -> JSON {
    switch text {
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: isNull(text) ? .null : number(text) ?? .string(text)
    }
  }

  /// Whether a plain scalar is nothing.
  package static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

  /// Whether a text can stand without quotes and is read back as that text, also by readers of YAML 1.1.
  package static func canBePlain(_ text: String) -> Bool {
    guard case .string = value(text), !words.contains(text.lowercased()), text != "<<", text != "=" else {
      return false
    }
    guard let first = text.utf8.first, !(48...58).contains(first), first != UInt8(ascii: "."),
      first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
    else { return false }
    return text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && !(0x80...0x9f).contains($0.value) }
  }

  /// Whether a plain scalar is the text that it looks like for every program that reads YAML and writes it again, as
  /// charts do: `0123`, `1e3`, `1.50`, `on` and `2026-01-01` come out as other texts, `587`, `1.5` and `true` do not.
  package static func isExact(_ text: String) -> Bool {
    if words.contains(text.lowercased()) { return text == "true" || text == "false" }
    guard let first = text.utf8.first, (48...57).contains(first) || "+-.".utf8.contains(first) else { return true }
    if text.wholeMatch(of: /-?[1-9][0-9]*|0/) != nil {
      // Beyond that, floating-point numbers leave out some.
      return Int64(text).map { $0.magnitude <= 1 << 53 } ?? false
    }
    if text.wholeMatch(of: /-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]/) != nil { return text.utf8.count <= 15 }
    return !isTyped(text)
  }

  /// What to do with a scalar that is not exact.
  static let quoteIt = "YAML takes it for a number, a truth value or a date, and may change it: quote it"

  /// Truth values of YAML 1.1 and 1.2.
  private static let words: Set = ["y", "n", "yes", "no", "on", "off", "true", "false"]

  /// Whether YAML 1.1 or 1.2 makes a number or a date of the text (yaml.org/type).
  private static func isTyped(_ text: String) -> Bool {
    guard text.utf8.contains(where: { (48...57).contains($0) }) else {
      return text.wholeMatch(of: /[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)/) != nil
    }
    return text.wholeMatch(of: /[-+]?[0-9][0-9_]*/) != nil
      || text.wholeMatch(of: /[-+]?0(?:b[01_]+|o[0-7_]+|x[0-9a-fA-F_]+)/) != nil
      || text.wholeMatch(of: /[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?/) != nil
      || text.wholeMatch(of: /[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?/) != nil
      || text.wholeMatch(of: /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?/) != nil
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
