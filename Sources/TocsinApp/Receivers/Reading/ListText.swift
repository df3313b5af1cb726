/// Lists in one text, with commas between their elements.
enum ListText {
  /// An element's place in its list.
  struct Entry: Hashable {
    /// From 1.
    var number: Int

    /// The place and what may be seen of the element: `entry 2, "ops@",`.
    func name(shown text: String?) -> String {
      guard let text, !text.isEmpty else { return "entry \(number)" }
      let line = ShownText.line(text)
      return "entry \(number), \"\(line.count > 80 ? line.prefix(80) + "…" : line)\","
    }
  }

  /// The URLs of a text. A comma may be part of a URL: it ends one only where white space, another URL, of whatever scheme, or nothing
  /// follows; white space ends one by itself.
  static func urls(_ text: String) -> [String] {
    let words = text.split(whereSeparator: \.isWhitespace)
    let parts = words.flatMap { word in
      var parts: [Substring] = []
      var rest = word
      while let comma = rest.firstRange(of: /,+(?=[a-z][a-z0-9+.\-]*:\/\/)/.ignoresCase()) {
        parts.append(rest[..<comma.lowerBound])
        rest = rest[comma.upperBound...]
      }
      return parts + [rest]
    }
    return parts.map { part in
      let start = part.drop { $0 == "," }
      return String(start.lastIndex { $0 != "," }.map { start[...$0] } ?? "")
    }.filter { !$0.isEmpty }
  }

  /// The mail addresses of a text. A comma in a quoted name or within `<…>` is no separator (RFC 5322,
  /// 3.2.4 and 3.4).
  static func addresses(_ text: String) -> [String] {
    var parts: [String] = []
    var part = String.UnicodeScalarView()
    var isQuoted = false
    var isEscaped = false
    var isInBrackets = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else {
        switch scalar {
        case "\\" where isQuoted: isEscaped = true
        case "\"": isQuoted.toggle()
        case "<" where !isQuoted: isInBrackets = true
        case ">" where !isQuoted: isInBrackets = false
        case "," where !isQuoted && !isInBrackets:
          parts.append(String(part))
          part = String.UnicodeScalarView()
          continue
        default: break
        }
      }
      part.append(scalar)
    }
    parts.append(String(part))
    return parts.map(\.trimmed).filter { !$0.isEmpty }
  }
}
