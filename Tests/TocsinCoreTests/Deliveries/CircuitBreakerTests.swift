import Testing
import TocsinCore

@Suite struct CircuitBreakerTests {
  private let start = ContinuousClock.now
  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// A breaker that opened at the beginning, for 15 s.
  private func opened() -> CircuitBreaker {
    var breaker = CircuitBreaker(threshold: 2)
    breaker.failed(now: at(0))
    breaker.failed(now: at(0))
    return breaker
  }

  @Test func itOpensAfterFailuresInARow() {
    var breaker = CircuitBreaker(threshold: 3)
    #expect(breaker.admit(now: at(0)) == .admitted)
    breaker.failed(now: at(0))
    breaker.failed(now: at(1))
    #expect(breaker.position(now: at(1)) == .closed)
    breaker.succeeded()
    breaker.failed(now: at(2))
    breaker.failed(now: at(3))
    #expect(breaker.admit(now: at(3)) == .admitted)
    breaker.failed(now: at(4))
    #expect(breaker.admit(now: at(4)) == .refused(until: at(19)))
    #expect(breaker.position(now: at(4)) == .open)
  }

  @Test func whenItHasRestedOneMayTry() {
    var breaker = opened()
    #expect(breaker.admit(now: at(14.9)) == .refused(until: at(15)))
    #expect(breaker.position(now: at(15)) == .halfOpen)
    #expect(breaker.admit(now: at(15)) == .admitted)
    #expect(breaker.position(now: at(15)) == .halfOpen)
    #expect(breaker.admit(now: at(16)) == .refused(until: at(30)))
    breaker.succeeded()
    #expect(breaker.admit(now: at(17)) == .admitted)
    #expect(breaker.admit(now: at(17)) == .admitted)
    #expect(breaker.position(now: at(17)) == .closed)
  }

  @Test func anAttemptThatFailsOpensItAgain() {
    var breaker = opened()
    #expect(breaker.admit(now: at(20)) == .admitted)
    breaker.failed(now: at(22))
    #expect(breaker.admit(now: at(36.9)) == .refused(until: at(37)))
    #expect(breaker.admit(now: at(37)) == .admitted)
  }

  @Test func anAttemptThatNeverEndsIsFollowedByAnother() {
    var breaker = opened()
    #expect(breaker.admit(now: at(20)) == .admitted)
    #expect(breaker.admit(now: at(34)) == .refused(until: at(35)))
    #expect(breaker.admit(now: at(35)) == .admitted)
  }

  @Test func anAttemptThatWasNotMadeLeavesItsTurn() {
    var breaker = opened()
    #expect(breaker.admit(now: at(20)) == .admitted)
    breaker.abandoned(now: at(21))
    #expect(breaker.admit(now: at(21)) == .admitted)
    // Where it is closed, there is no turn.
    var closed = CircuitBreaker()
    closed.abandoned(now: at(0))
    #expect(closed == CircuitBreaker())
  }

  @Test func stragglersDoNotKeepItOpen() {
    var breaker = opened()
    breaker.failed(now: at(10))
    #expect(breaker.admit(now: at(15)) == .admitted)
  }
}
