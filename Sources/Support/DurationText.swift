/// Durations as people write them: `30s`, `5m`, `1h30m`.
package enum DurationText {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads whole numbers, each with a unit: `ms`, `s`, `m`, `h`, `d`. Nil for anything else, and for more than there are
  /// milliseconds in an `Int64`.
  package static func read(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let name = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
      guard (1...9).contains(digits.count), let number = Int64(digits),
        let unit = units.first(where: { $0.name == name })
      else { return nil }
      let (part, isTooLong) = number.multipliedReportingOverflow(by: unit.milliseconds)
      let (sum, overflows) = total.addingReportingOverflow(part)
      guard !isTooLong, !overflows else { return nil }
      total = sum
      rest = rest.dropFirst(digits.count + name.count)
    }
    return text.isEmpty ? nil : .milliseconds(total)
  }

  /// Writes what ``read(_:)`` reads; less than a millisecond is left out.
  package static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    var rest = isTooLong || overflows ? Int64.max : sum
    var text = ""
    for unit in units where rest >= unit.milliseconds {
      text += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    return text.isEmpty ? "0s" : text
  }
}
