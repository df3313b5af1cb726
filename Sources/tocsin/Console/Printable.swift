import TocsinCore

/// Text that is safe to show: names and messages come from other people's systems, and a terminal obeys control
/// characters.
enum Printable {
  /// The text on one line, control characters replaced.
  static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  /// A number with all its digits: `2`, `1.5`.
  static func number(_ value: Double) -> String { Figure.exact(value) }

  /// A moment to the second: `2026-03-01 09:15:00Z`.
  static func time(_ time: Timestamp) -> String {
    let text = time.description
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
  }

  /// A moment to the millisecond: `2026-03-01 09:15:00.042Z`.
  static func milliseconds(_ time: Timestamp) -> String {
    let text = time.description
    return "\(text.prefix(10)) \(text.dropFirst(11))"
  }

  /// Minutes in the largest unit that divides them: `30 min`, `6 h`, `7 d`.
  static func minutes(_ minutes: Int) -> String {
    if minutes > 0, minutes.isMultiple(of: 1440) { return "\(minutes / 1440) d" }
    if minutes > 0, minutes.isMultiple(of: 60) { return "\(minutes / 60) h" }
    return "\(minutes) min"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }
}
