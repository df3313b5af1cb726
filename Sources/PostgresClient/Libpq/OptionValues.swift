/// What an option of a connection string may be set to, where that is little (PostgreSQL documentation, 34.1.2).
///
/// libpq looks at most of them when it connects, and the server at some: a wrong one would be found by a node that is
/// running already, or never.
enum OptionValues: CustomStringConvertible {
  case words([String], ignoringCase: Bool = false)
  case number(ClosedRange<Int32>)

  /// The values of an option; nil where anything may be one.
  static func of(_ keyword: String) -> OptionValues? {
    switch keyword {
    case "sslmode": .words(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
    case "target_session_attrs":
      .words(["any", "read-write", "read-only", "primary", "standby", "prefer-standby"])
    case "gssencmode", "channel_binding": .words(["disable", "prefer", "require"])
    case "ssl_min_protocol_version", "ssl_max_protocol_version":
      .words(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], ignoringCase: true)
    case "keepalives", "sslcompression", "sslsni": .words(["0", "1"])
    case "gsslib": .words(["gssapi", "sspi"])
    case "connect_timeout": .number(0...3600)
    case "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout": .number(0...Int32.max)
    default: nil
    }
  }

  /// Whether the option may have that value. An empty one is as good as none.
  func allow(_ value: String) -> Bool {
    if value.isEmpty { return true }
    return switch self {
    case .words(let words, let ignoresCase):
      words.contains { $0 == value || ignoresCase && $0.lowercased() == value.lowercased() }
    case .number(let range):
      value.utf8.allSatisfy { (48...57).contains($0) } && Int32(value).map(range.contains) ?? false
    }
  }

  /// The values in words, for a sentence that begins with "must be".
  var description: String {
    switch self {
    case .words(let words, _): words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    case .number(let range) where range.upperBound == .max: "a whole number from \(range.lowerBound) on"
    case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
  }
}
