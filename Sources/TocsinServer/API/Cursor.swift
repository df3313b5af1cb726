import TocsinCore

/// Where the next page of a list begins: opaque to clients, of `[A-Za-z0-9._~-]`.
enum Cursor {
  /// The cursor of a page that begins behind that alert; the letter tells the version.
  static func text(_ alert: AlertID) -> String { "a\(alert)" }

  /// Reads what ``text(_:)`` writes.
  static func alert(_ text: String) -> AlertID? {
    text.first == "a" ? AlertID(text.dropFirst()) : nil
  }

  /// The cursor of a page that begins behind the change of that number.
  static func text(_ version: Int64) -> String { "c\(version)" }

  /// Reads what ``text(_:)`` writes.
  static func change(_ text: String) -> Int64? {
    text.first == "c" && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) } ? Int64(text.dropFirst()) : nil
  }

  /// The cursor of a page that begins behind that delivery.
  static func text(_ delivery: DeliveryID) -> String { "d\(delivery)" }

  /// Reads what ``text(_:)`` writes.
  static func delivery(_ text: String) -> DeliveryID? {
    text.first == "d" ? DeliveryID(text.dropFirst()) : nil
  }
}
