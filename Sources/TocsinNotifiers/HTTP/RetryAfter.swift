import CurlClient
import TocsinCore

/// How long a server asks to be left alone.
enum RetryAfter {
  /// What is obeyed at most: an hour, twice the longest pause of Tocsin's own between two attempts. An alert is of no use
  /// a day later, and what asks for more is more often a fault, or a default, of a proxy than the receiver's need. One
  /// that really wants more says so again, once an hour.
  static let limit: Duration = .seconds(3600)

  /// What `Retry-After` says (RFC 9110, 10.2.3): a number of seconds, or a date. Nil where it says nothing that can be read,
  /// or a moment that is over.
  static func delay(_ response: HTTPResponse, now: Timestamp) -> Duration? {
    guard let text = response.headers["retry-after"]?.trimmed else { return nil }
    if text.utf8.allSatisfy({ (48...57).contains($0) }), !text.isEmpty {
      return delay(seconds: Double(text) ?? .infinity)
    }
    guard let date = Timestamp(httpDate: text) else { return nil }
    return delay(seconds: Double(date.milliseconds - now.milliseconds) / 1000)
  }

  /// A delay within the limit; nil for none.
  static func delay(seconds: Double) -> Duration? {
    guard seconds > 0 else { return nil }
    return seconds < 3600 ? .milliseconds(Int64((seconds * 1000).rounded(.up))) : limit
  }
}
