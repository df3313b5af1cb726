/// Waiting times between attempts: full jitter below a limit that doubles up to a cap.
struct Backoff {
  private var attempts = 0
  let base: Duration
  let cap: Duration

  init(base: Duration = .milliseconds(50), cap: Duration = .milliseconds(500)) {
    self.base = base
    self.cap = cap
  }

  /// How long to wait before the next attempt.
  mutating func next() -> Duration {
    let limit = min(cap, base * (1 << min(attempts, 10)))
    attempts += 1
    return limit * Double.random(in: 0...1)
  }
}
