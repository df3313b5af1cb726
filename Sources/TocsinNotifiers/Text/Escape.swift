/// How a text is made harmless for what it is put into. It works on scalars, not on characters: a combining mark behind a
/// `<` must not hide it.
enum Escape: Sendable {
  /// Plain text.
  case none
  /// HTML's text and quoted attributes. Telegram's HTML mode understands the same four entities.
  case html
  /// Slack's mrkdwn: `&`, `<` and `>` are its only control characters.
  case slack
  /// Discord's Markdown, with a backslash; `@` and `<` could mention somebody.
  case discord

  /// What stands for a scalar; nil for itself.
  func replacement(for scalar: Unicode.Scalar) -> String? {
    switch (self, scalar) {
    case (.none, _): nil
    case (.html, "&"), (.slack, "&"): "&amp;"
    case (.html, "<"), (.slack, "<"): "&lt;"
    case (.html, ">"), (.slack, ">"): "&gt;"
    case (.html, "\""): "&quot;"
    case (.html, "'"): "&#39;"
    case (.discord, _) where Escape.markdown.contains(scalar): "\\" + String(scalar)
    default: nil
    }
  }

  private static let markdown = Set("\\`*_~|<>@#[]()-+:".unicodeScalars)

  /// The text, escaped.
  func callAsFunction(_ text: String) -> String {
    if case .none = self { return text }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let replacement = replacement(for: scalar) {
        escaped.append(contentsOf: replacement.unicodeScalars)
      } else {
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// Cuts a text that is escaped already, without leaving a half of an escape at its end.
  func clip(_ markup: String, to limit: Int) -> String {
    guard markup.utf16.count > limit else { return markup }
    var kept = String(markup.clipped(to: limit).dropLast())
    switch self {
    case .none: break
    case .html, .slack:
      if let start = kept.utf8.lastIndex(of: UInt8(ascii: "&")), !kept[start...].utf8.contains(UInt8(ascii: ";")) {
        kept = String(kept[..<start])
      }
    case .discord:
      let slashes = kept.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count
      if slashes % 2 == 1 { kept.unicodeScalars.removeLast() }
    }
    return kept + "…"
  }
}
