/// Keeps attempts away from a target that does not answer, so that it costs neither connections nor time.
///
/// Closed, it lets everything through; after ``threshold`` failures in a row it opens, and lets nothing through for
/// ``rest``; then it lets one attempt through, whose outcome closes or opens it.
package struct CircuitBreaker: Sendable, Hashable {
  /// How many failures in a row open it.
  package let threshold: Int
  /// How long it stays open.
  package let rest: Duration
  private var state = State.closed(failures: 0)

  private enum State: Sendable, Hashable {
    case closed(failures: Int)
    case open(until: ContinuousClock.Instant)
    /// One attempt is under way, which counts as lost at that moment.
    case probing(until: ContinuousClock.Instant)
  }

  /// Whether an attempt may be made.
  package enum Admission: Sendable, Hashable {
    case admitted
    /// Not before that moment.
    case refused(until: ContinuousClock.Instant)
  }

  /// For metrics.
  package enum Position: Int, Sendable, Hashable {
    case closed = 0
    case halfOpen = 1
    case open = 2
  }

  /// A closed breaker.
  package init(threshold: Int = 5, rest: Duration = .seconds(15)) {
    self.threshold = threshold
    self.rest = rest
  }

  /// Asks for an attempt. Each admitted one has to be followed by ``succeeded()``, ``failed(now:)`` or
  /// ``abandoned(now:)``.
  package mutating func admit(now: ContinuousClock.Instant) -> Admission {
    switch state {
    case .closed: return .admitted
    case .open(let until) where now < until, .probing(let until) where now < until: return .refused(until: until)
    case .open, .probing:
      state = .probing(until: now + rest)
      return .admitted
    }
  }

  /// Whether ``admit(now:)`` would admit an attempt.
  package func isAdmitting(at now: ContinuousClock.Instant) -> Bool {
    switch state {
    case .closed: true
    case .open(let until), .probing(let until): now >= until
    }
  }

  /// The target has answered, whatever it said: it is there.
  package mutating func succeeded() {
    state = .closed(failures: 0)
  }

  /// The target could not be reached, or asked for patience.
  package mutating func failed(now: ContinuousClock.Instant) {
    switch state {
    case .closed(let failures) where failures + 1 < threshold: state = .closed(failures: failures + 1)
    case .closed, .probing: state = .open(until: now + rest)
    case .open: break
    }
  }

  /// The attempt was not made after all.
  package mutating func abandoned(now: ContinuousClock.Instant) {
    if case .probing = state { state = .open(until: now) }
  }

  /// Where it stands.
  package func position(now: ContinuousClock.Instant) -> Position {
    switch state {
    case .closed: .closed
    case .open(let until): now < until ? .open : .halfOpen
    case .probing: .halfOpen
    }
  }
}
