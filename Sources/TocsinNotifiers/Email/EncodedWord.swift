import FoundationEssentials

/// Text in a mail's header (RFC 2047).
enum EncodedWord {
  /// A text as it can stand in an unstructured field: as it is if it is short ASCII, otherwise as encoded words on lines of
  /// at most 76 characters. What comes out has no line break but those of folding.
  /// - Parameter column: how much of the first line is taken
  static func field(_ text: String, column: Int) -> String {
    let text = text.onOneLine
    if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), !text.contains("=?"), text.utf8.count + column <= 76,
      !text.hasPrefix(" "), !text.hasSuffix(" ")
    {
      return text
    }
    return words(text, column: column).joined(separator: "\r\n ")
  }

  /// Encoded words. Each holds whole scalars, and is short enough for its line.
  private static func words(_ text: String, column: Int) -> [String] {
    var words: [String] = []
    var bytes: [UInt8] = []
    func limit() -> Int { words.isEmpty ? max(4, (76 - column - overhead) / 4 * 3) : 45 }
    func flush() {
      words.append("=?UTF-8?B?\(Data(bytes).base64EncodedString())?=")
      bytes = []
    }
    for scalar in text.unicodeScalars {
      let scalar = Array(String(scalar).utf8)
      if bytes.count + scalar.count > limit() { flush() }
      bytes += scalar
    }
    if !bytes.isEmpty || words.isEmpty { flush() }
    return words
  }

  private static let overhead = "=?UTF-8?B??=".utf8.count

  /// A name before an address (RFC 5322, 3.4): quoted if it is ASCII.
  static func phrase(_ name: String) -> String {
    let name = name.onOneLine.clipped(to: 120)
    guard name.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), !name.contains("=?"), name.utf8.count <= 60 else {
      return words(name, column: 20).joined(separator: "\r\n ")
    }
    return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
