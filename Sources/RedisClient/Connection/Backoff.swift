/// How long to wait before the next attempt to connect: full jitter under a limit that doubles up to a cap.
///
/// Many nodes that lose one server must not come back in step, so each waits anything between nothing and the limit.
struct Backoff {
  /// The first limit.
  static let first: Duration = .milliseconds(25)

  private let cap: Duration
  private var limit: Duration

  init(cap: Duration) {
    self.cap = cap
    limit = min(Self.first, cap)
  }

  /// The wait before the next attempt.
  /// - Parameters:
  ///   - lasted: how long the connection that was just lost had been of use; a short one does not count as a success, or
  ///     a server that drops every connection at once would be asked without a pause
  ///   - random: a number in 0…1
  mutating func next(after lasted: Duration?, random: Double) -> Duration {
    if let lasted, lasted >= cap { limit = min(Self.first, cap) }
    defer { limit = min(limit * 2, cap) }
    return limit * random
  }
}
