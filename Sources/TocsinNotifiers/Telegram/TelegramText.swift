/// What Telegram takes as a message in HTML mode.
enum TelegramText {
  /// How many UTF-16 units of text a message has at most, without tags, an entity being one.
  static let limit = 4096

  private static let tags: Set<String> = [
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "tg-emoji", "code", "pre",
    "blockquote",
  ]

  /// Why Telegram would refuse a text; nil if it takes it. It refuses a message as a whole for a tag that it does not know,
  /// or that is not closed.
  static func fault(_ text: String) -> String? {
    var open: [String] = []
    var length = 0
    var rest = text.utf16[...]
    while let unit = rest.first {
      switch unit {
      case 0x3c:
        guard let end = rest.firstIndex(of: 0x3e), let tag = String(rest[..<end])?.dropFirst() else {
          return "it has a < that is not escaped"
        }
        let name = tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "\n" }.lowercased()
        guard tags.contains(name) else { return "it has a tag that Telegram does not know" }
        if tag.hasPrefix("/") {
          guard open.popLast() == name else { return "its tags are not closed in their order" }
        } else {
          open.append(name)
        }
        rest = rest[end...].dropFirst()
      case 0x26:
        if let end = rest.prefix(12).firstIndex(of: 0x3b) { rest = rest[end...] }
        rest = rest.dropFirst()
        length += 1
      default:
        rest = rest.dropFirst()
        length += 1
      }
    }
    if !open.isEmpty { return "a tag is not closed" }
    if length > limit { return "it makes more than \(limit) characters" }
    return text.trimmed.isEmpty ? "it makes an empty text" : nil
  }
}
