/// What a rule compares: the new value itself, or something computed from the samples of its lookback window.
package enum Aggregation: String, Sendable, Hashable, CaseIterable, Codable {
  /// The new value.
  case last
  /// The mean of the window's samples, the new one included.
  case avg
  /// The smallest sample of the window, the new one included.
  case min
  /// The largest sample of the window, the new one included.
  case max
  /// The sum of the window's samples, the new one included.
  case sum
  /// How many samples the window has, the new one included.
  case count
  /// By how many percent the new value lies below the mean of the earlier samples of the window.
  case dropPct = "drop_pct"
  /// By how many percent the new value lies above the mean of the earlier samples of the window.
  case risePct = "rise_pct"

  /// Whether the samples of a window are needed.
  package var needsWindow: Bool { self != .last }
}
