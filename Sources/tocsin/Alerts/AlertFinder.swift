import TocsinClient
import TocsinCore

/// Finds the alert whose id begins with what a user typed.
///
/// An id begins with the time of its alert, so a beginning is a range of time that the server can list.
struct AlertFinder {
  let client: TocsinClient

  /// Returns the whole id. Text that cannot be the beginning of one is returned as it is, for the server to judge.
  /// - Throws: ``CommandFailure`` where several alerts begin so, or none does
  func id(of text: String) async throws -> String {
    guard AlertID(text) == nil, let range = AlertIDRange(text) else { return text }
    let query = AlertSelection(since: range.since, until: range.until, includesResolved: true)
    let found = try await client.alerts(query, count: range.isExactToTheMillisecond ? 1000 : AlertFinder.shown + 1)
    let alerts = found.alerts.filter { range.contains($0.alertID) }
    guard let first = alerts.first else {
      throw CommandFailure(.refused, "tocsin: there is no alert whose id begins with \(Printable.line(text))")
    }
    guard alerts.count > 1 else { return first.alertID.description }
    let lines = alerts.prefix(AlertFinder.shown).map { "  \($0.alertID)  \(Printable.line($0.title))" }
    throw CommandFailure(
      .usage,
      lines: ["tocsin: several alerts have an id that begins with \(Printable.line(text)):"] + lines
        + (alerts.count > AlertFinder.shown ? ["  … and more"] : []))
  }

  /// How many candidates are listed.
  private static let shown = 10
}

/// The ids that begin with some hexadecimal digits, and when their alerts fired.
struct AlertIDRange: Hashable {
  private let digits: String
  /// From when on.
  let since: Timestamp
  /// The moment behind the last one.
  let until: Timestamp

  /// Reads a beginning, with or without hyphens; nil where no id begins so.
  init?(_ text: String) {
    digits = text.lowercased().filter { $0 != "-" }
    guard (1...32).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    // RFC 9562: the first 48 bits of version 7 are milliseconds.
    let time = digits.prefix(12)
    let padding = 12 - time.count
    guard let first = Int64(time + String(repeating: "0", count: padding), radix: 16),
      let last = Int64(time + String(repeating: "f", count: padding), radix: 16)
    else { return nil }
    since = Timestamp(milliseconds: first)
    until = Timestamp(milliseconds: last + 1)
  }

  /// Whether the digits go beyond the time: then not everything in the range of time begins so.
  var isExactToTheMillisecond: Bool { digits.count > 12 }

  func contains(_ id: AlertID) -> Bool {
    id.description.filter { $0 != "-" }.hasPrefix(digits)
  }
}
