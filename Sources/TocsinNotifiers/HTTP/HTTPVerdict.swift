import CurlClient
import TocsinCore

/// What an HTTP exchange means for a delivery. Every channel over HTTP has this table, and few have more.
///
/// | answer | outcome |
/// | --- | --- |
/// | 2xx | delivered |
/// | 408, 425, 429 | retryable, after what `Retry-After` says |
/// | 5xx | retryable, likewise; it may have arrived |
/// | 410 | permanent; where ``disablesGone``, gone |
/// | 3xx, which is not followed, and any other 4xx | permanent |
/// | none: name, connection, TLS, time | retryable; it may have arrived once the request was under way |
/// | none: an address that is not allowed, a request that cannot be sent | permanent |
struct HTTPVerdict: Sendable {
  /// Whether 410 ends the target, not just this delivery.
  var disablesGone = false
  /// What must not be in a reason.
  var secrets: [String] = []

  /// What came of an attempt.
  /// - Parameters:
  ///   - words: what the server said in its body, if the channel can read that
  ///   - delay: how long its body asks to be left alone; `Retry-After` says it for all channels
  func outcome(
    of reply: Reply, now: Timestamp, words: (HTTPResponse) -> String? = { _ in nil },
    delay: (HTTPResponse) -> Duration? = { _ in nil }
  ) -> DeliveryOutcome {
    switch reply {
    case .failed(let error): return TransferFailure.outcome(of: error)
    case .mail: return .permanent(DeliveryFailure("a mail's reply to an HTTP request"))
    case .response(let response):
      let status = response.status
      if (200..<300).contains(status) { return .delivered(status: status) }
      let failure = DeliveryFailure(
        reason(status, words(response)), status: status, mayHaveArrived: !(300..<500).contains(status))
      switch status {
      case 408, 425, 429:
        return .retryable(
          failure, after: [RetryAfter.delay(response, now: now), delay(response)].compactMap(\.self).max())
      case 410 where disablesGone: return .gone(failure)
      case 300..<500: return .permanent(failure)
      default: return .retryable(failure, after: RetryAfter.delay(response, now: now))
      }
    }
  }

  private func reason(_ status: Int, _ words: String?) -> String {
    let reason =
      switch status {
      case 300..<400: "the server redirects elsewhere, which is not followed (HTTP \(status))"
      case 401, 403: "the server refused the credentials or the access (HTTP \(status))"
      case 404: "the server knows no such address (HTTP 404)"
      case 410: "the server says that this address is gone for good (HTTP 410)"
      case 429: "the server asks for fewer requests (HTTP 429)"
      case 400..<500: "the server refused the request (HTTP \(status))"
      case 500..<600: "the server failed (HTTP \(status))"
      default: "the server answered with an unknown status (HTTP \(status))"
      }
    guard let words = words.flatMap(presentable) else { return reason }
    return "\(reason): \(words)"
  }

  /// What a server said, if it can be shown: short, of letters and little else, and without any piece of a secret.
  private func presentable(_ words: String) -> String? {
    let words = words.trimmed
    guard (1...200).contains(words.utf8.count), words.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }),
      !words.contains("://")
    else { return nil }
    let pieces = secrets.flatMap { secret in secret.split { "/?&=:@".contains($0) }.filter { $0.utf8.count >= 6 } }
    return pieces.contains { words.contains($0) } ? nil : words
  }
}
