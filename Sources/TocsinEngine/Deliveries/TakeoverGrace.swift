import Synchronization

/// How long nothing is taken up from other nodes: after the start, and after PostgreSQL was away, so that the results
/// that nodes could not write meanwhile go first.
final class TakeoverGrace: Sendable {
  private let length: Duration
  private let end: Mutex<ContinuousClock.Instant>

  /// A pause that has just begun.
  init(_ length: Duration) {
    self.length = length
    end = Mutex(.now + length)
  }

  /// PostgreSQL is away, or has just returned.
  func begin() {
    end.withLock { $0 = .now + length }
  }

  /// Whether it is over.
  var isOver: Bool { end.withLock { $0 <= .now } }
}
