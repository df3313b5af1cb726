/// How long to wait before the next attempt: full jitter, anything between nothing and a bound that doubles with each
/// failure, so that the clients of a server that restarted do not come back all at once.
package struct Backoff: Sendable, Hashable {
  /// The bound of the first wait.
  package var base: Duration
  /// What no wait exceeds.
  package var cap: Duration

  /// A backoff of these bounds.
  package init(base: Duration = .milliseconds(250), cap: Duration = .seconds(10)) {
    self.base = base
    self.cap = cap
  }

  /// The longest wait after so many failures in a row, at least one.
  package func bound(afterFailures failures: Int) -> Duration {
    min(cap, base * (1 << min(max(failures - 1, 0), 20)))
  }

  /// A wait after so many failures in a row.
  package func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    bound(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
  }
}
