/// How the figures of a metric are written for people.
enum MetricUnit: Sendable, Hashable {
  /// `1.50x`
  case multiple
  /// `82.5 %`
  case percent
  /// `$150.00`
  case money
  /// `850 impressions/hour`
  case impressions
  /// `3`
  case plain

  /// The unit of a metric, by its name.
  init(metric: String) {
    switch metric {
    case "roas": self = .multiple
    case "cpa": self = .money
    case "impressions": self = .impressions
    default: self = metric.hasSuffix("_pct") ? .percent : .plain
    }
  }

  /// A value and the threshold that it is compared with, with as many decimals as it takes to tell them apart.
  func texts(_ value: Double, _ threshold: Double) -> (value: String, threshold: String) {
    for extra in 0...6 {
      let texts = (text(value, extraPlaces: extra), text(threshold, extraPlaces: extra))
      if value == threshold || texts.0 != texts.1 { return texts }
    }
    return (dressed(value.description, isNegative: false), dressed(threshold.description, isNegative: false))
  }

  /// A figure with its unit.
  func text(_ value: Double, extraPlaces: Int = 0) -> String {
    let places: ClosedRange<Int> =
      switch self {
      case .multiple, .money: 2...2
      case .percent: 0...1
      case .impressions, .plain: 0...2
      }
    let digits = abs(value).decimal(places: places.lowerBound...(places.upperBound + extraPlaces))
    return dressed(digits, isNegative: value < 0 && digits.utf8.contains { (49...57).contains($0) })
  }

  private func dressed(_ digits: String, isNegative: Bool) -> String {
    let sign = isNegative ? "-" : ""
    return switch self {
    case .multiple: "\(sign)\(digits)x"
    case .percent: "\(sign)\(digits) %"
    case .money: "\(sign)$\(digits)"
    case .impressions: "\(sign)\(digits) impressions/hour"
    case .plain: sign + digits
    }
  }
}

extension Double {
  /// A figure that is not negative with at least and at most so many decimals, rounded half away from zero; in
  /// scientific form from 10^12 on.
  func decimal(places: ClosedRange<Int>) -> String {
    guard self < 1e12 else { return description }
    var scale: Int64 = 1
    for _ in 0..<min(places.upperBound, 6) { scale *= 10 }
    // A value of 1e12 with six decimals is just below 2^60. (`rounded()` would need the C library's mathematics.)
    let scaled = Int64(self * Double(scale) + 0.5)
    var digits = String(scaled % scale + scale).dropFirst()
    while digits.utf8.count > places.lowerBound, digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? "\(scaled / scale)" : "\(scaled / scale).\(digits)"
  }
}

extension Int {
  /// So many minutes, for people: `60 min`, `24 h`, `7 days`.
  var minutesText: String {
    if self >= 2880, self % 1440 == 0 { return "\(self / 1440) days" }
    if self >= 120, self % 60 == 0 { return "\(self / 60) h" }
    return "\(self) min"
  }
}
