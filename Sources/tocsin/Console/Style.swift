import TocsinCore

/// How a terminal shows a piece of text: ECMA-48's SGR parameters.
struct Style: Sendable, Hashable {
  private let parameters: String

  static let bold = Style(parameters: "1")
  static let dim = Style(parameters: "2")
  static let warning = Style(parameters: "33")
  static let good = Style(parameters: "32")

  /// The style of a severity: the worse, the louder.
  static func severity(_ severity: Severity) -> Style {
    switch severity {
    case .critical: Style(parameters: "1;97;41")
    case .high: Style(parameters: "1;31")
    case .medium: Style(parameters: "33")
    case .low: Style(parameters: "36")
    case .info: Style(parameters: "2")
    }
  }

  /// The text in this style, or as it is where there are no colours.
  func apply(_ text: String, colors: Bool) -> String {
    colors && !text.isEmpty ? "\u{1B}[\(parameters)m\(text)\u{1B}[0m" : text
  }
}
