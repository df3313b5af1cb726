import PostgresClient
import RedisClient

/// What people may see of a setting's value. What cannot be read is not shown: nobody knows where its password is.
enum ShownText {
  /// What takes the place of a value that cannot be read.
  static let hidden = "(not shown: it cannot be read)"

  /// A setting's value.
  static func value(_ text: String, of setting: Setting) -> String {
    switch setting.showing {
    case .postgres: (try? PostgresConfiguration(url: text))?.description ?? hidden
    case .redis: (try? RedisConfiguration(url: text))?.description ?? hidden
    case .text: line(text)
    }
  }

  /// A text on one line, without what a terminal obeys; of a URL only what ``url(_:)`` shows.
  static func line(_ text: String) -> String {
    let text = text.contains("://") ? url(text) : text
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  /// A URL without user, password, query and fragment.
  static func url(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text }
    var rest = text[scheme.upperBound...]
    var tail = ""
    // A password may have / and ? in it, so the last @ counts, wherever it is.
    let login = rest.lastIndex(of: "@").map { rest.index(after: $0) }
    if let login { rest = rest[login...] }
    if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) {
      tail = "\(rest[end])•••"
      rest = rest[..<end]
    }
    return text[..<scheme.upperBound] + (login == nil ? "" : "•••@") + rest + tail
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
