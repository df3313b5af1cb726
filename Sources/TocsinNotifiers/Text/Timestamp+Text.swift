import TocsinCore

extension Timestamp {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// For people: `2026-01-31 09:30:00 UTC`.
  var words: String { "\(description.prefix(10)) \(description.dropFirst(11).prefix(8)) UTC" }

  /// For a mail's `Date` (RFC 5322, 3.3): `Sat, 31 Jan 2026 09:30:00 +0000`.
  var mailDate: String {
    let text = description
    let month = Timestamp.months[(Int(text.dropFirst(5).prefix(2)) ?? 1) - 1]
    let daysSinceEpoch = (milliseconds - (milliseconds % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000
    let weekday = Timestamp.days[Int(((daysSinceEpoch + 4) % 7 + 7) % 7)]
    let day = text.dropFirst(8).prefix(2)
    return "\(weekday), \(day) \(month) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) +0000"
  }

  /// Reads a date of HTTP in any of the three forms that recipients have to take (RFC 9110, 5.6.7).
  init?(httpDate text: String) {
    let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
    // IMF-fixdate, RFC 850: Sun 06 Nov 1994 08:49:37 GMT; asctime: Sun Nov 6 08:49:37 1994.
    let isAsctime = words.count == 5
    guard words.count == 6 && words[5] == "GMT" || isAsctime else { return nil }
    let (dayText, monthText) = isAsctime ? (words[2], words[1]) : (words[1], words[2])
    let (yearText, time) = isAsctime ? (words[4], words[3]) : (words[3], words[4])
    guard let day = Int(dayText), let month = Timestamp.months.firstIndex(of: monthText), var year = Int(yearText),
      (1...31).contains(day), (0...9999).contains(year)
    else { return nil }
    // Two digits: no later than fifty years from now, which until 2050 is the same as this.
    if yearText.utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
    let digits = { (number: Int, count: Int) in
      String(repeating: "0", count: max(0, count - String(number).count)) + String(number)
    }
    self.init("\(digits(year, 4))-\(digits(month + 1, 2))-\(digits(day, 2))T\(time)Z")
  }
}
