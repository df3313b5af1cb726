import Support

/// When a delivery that failed is tried again, and when it is given up.
package struct RetryPolicy: Sendable, Hashable {
  /// The limit below which the first waiting time is drawn; it doubles with each attempt.
  package var base: Duration
  /// The largest limit.
  package var cap: Duration
  /// How old a delivery may become, since it was committed.
  package var patience: Duration

  /// 1 s … 30 min, for 48 h.
  package init(base: Duration = .seconds(1), cap: Duration = .seconds(1800), patience: Duration = .seconds(172_800)) {
    self.base = base
    self.cap = cap
    self.patience = patience
  }

  /// What becomes of a delivery after an attempt.
  /// - Parameters:
  ///   - attempt: its number; the first one has 1
  ///   - age: the time since the delivery was committed
  ///   - draw: a random number, 0 ..< 1: full jitter
  package func settle(_ outcome: DeliveryOutcome, attempt: Int, age: Duration, draw: Double) -> Settlement {
    switch outcome {
    case .delivered: return .delivered
    case .permanent(let failure), .gone(let failure): return .dead(failure.reason)
    case .retryable(let failure, let after):
      let limit = Backoff(base: base, cap: cap).limit(afterFailures: attempt)
      let wait = max(after ?? .zero, limit * draw)
      if age + wait > patience { return .dead("given up after \(attempt) attempts: \(failure.reason)") }
      return .retry(after: wait)
    }
  }

  /// What becomes of a delivery.
  package enum Settlement: Sendable, Hashable {
    /// It is done.
    case delivered
    /// It is tried again after that time.
    case retry(after: Duration)
    /// It is given up, for that reason.
    case dead(String)
  }
}
