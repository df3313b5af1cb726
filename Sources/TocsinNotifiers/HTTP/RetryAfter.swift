import CurlClient
import TocsinCore

/// How long a server asks to be left alone.
enum RetryAfter {
  /// What is obeyed at most: a server that asks for more is tried once a day.
  static let limit: Duration = .seconds(86_400)

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
    return seconds < 86_400 ? .milliseconds(Int64((seconds * 1000).rounded(.up))) : limit
  }
}
