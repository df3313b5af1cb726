/// How long to wait before the next attempt: full jitter, anything between nothing and a limit that doubles with each
/// failure up to a cap.
///
/// Many that lose one server must not come back in step.
package struct Backoff: Sendable, Hashable {
  /// The limit of the first wait.
  package var base: Duration
  /// What no wait exceeds.
  package var cap: Duration
  private var failures = 0

  /// A backoff of these bounds.
  package init(base: Duration, cap: Duration) {
    self.base = base
    self.cap = cap
  }

  /// The longest wait after so many failures in a row, at least one.
  package func limit(afterFailures failures: Int) -> Duration {
    var limit = min(cap, base)
    // Doubled step by step, since twice the cap is a duration and a product may be none.
    for _ in 1..<max(min(failures, 64), 1) {
      guard limit < cap else { break }
      limit = min(cap, limit * 2)
    }
    return limit
  }

  /// A wait after so many failures in a row.
  package func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    limit(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
  }

  /// A wait after so many failures in a row.
  package func delay(afterFailures failures: Int) -> Duration {
    var generator = SystemRandomNumberGenerator()
    return delay(afterFailures: failures, using: &generator)
  }

  /// The wait after one more failure.
  /// - Parameters:
  ///   - lasted: how long that which failed now had been of use. Only what lasted as long as the cap counts as a success:
  ///     a server that drops every connection at once is not asked without a pause
  ///   - random: a number in 0…1
  package mutating func next(after lasted: Duration? = nil, random: Double = .random(in: 0...1)) -> Duration {
    if let lasted, lasted >= cap { failures = 0 }
    failures = min(failures + 1, 64)
    return limit(afterFailures: failures) * random
  }
}
