import Synchronization

/// How long nothing is leased that other nodes may hold: after the start, and after PostgreSQL was away, so that the results
/// that nodes could not write meanwhile go first.
final class TakeoverGrace: Sendable {
  private let length: Duration
  private let clock: any EngineClock
  private let end: Mutex<ContinuousClock.Instant>

  /// A grace that has just begun.
  init(_ length: Duration, clock: any EngineClock) {
    self.length = length
    self.clock = clock
    end = Mutex(clock.now + length)
  }

  /// PostgreSQL is away, or has just returned.
  func begin() {
    let now = clock.now
    end.withLock { $0 = now + length }
  }

  /// Whether it is over.
  var isOver: Bool {
    let now = clock.now
    return end.withLock { $0 <= now }
  }
}
