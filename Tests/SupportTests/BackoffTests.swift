import Support
import Testing

@Suite struct BackoffTests {
  @Test func theLimitDoublesUpToTheCap() {
    var backoff = Backoff(base: .milliseconds(25), cap: .milliseconds(500))
    let waits = (0..<7).map { _ in backoff.next(random: 1) }
    #expect(waits == [25, 50, 100, 200, 400, 500, 500].map { .milliseconds($0) })
    #expect(backoff.next(random: 0) == .zero)
    #expect(backoff.next(random: 0.5) == .milliseconds(250))
  }

  @Test func onlyWhatLastedCountsAsASuccess() {
    var backoff = Backoff(base: .milliseconds(25), cap: .milliseconds(500))
    for _ in 0..<5 { _ = backoff.next(random: 1) }
    #expect(backoff.next(after: .milliseconds(10), random: 1) == .milliseconds(500))
    #expect(backoff.next(after: .seconds(1), random: 1) == .milliseconds(25))
  }

  @Test func anyNumberOfFailuresHasALimit() {
    let backoff = Backoff(base: .seconds(1), cap: .seconds(1800))
    #expect(backoff.limit(afterFailures: 0) == .seconds(1))
    #expect(backoff.limit(afterFailures: 4) == .seconds(8))
    #expect(backoff.limit(afterFailures: .max) == .seconds(1800))
    #expect(backoff.limit(afterFailures: .min) == .seconds(1))
    #expect(Backoff(base: .seconds(9), cap: .seconds(2)).limit(afterFailures: 1) == .seconds(2))
    #expect(Backoff(base: .zero, cap: .seconds(2)).limit(afterFailures: .max) == .zero)
    #expect(Backoff(base: .seconds(1), cap: .seconds(Int64.max)).limit(afterFailures: 3) == .seconds(4))
    #expect((0..<100).allSatisfy { backoff.delay(afterFailures: $0) <= backoff.limit(afterFailures: $0) })
  }
}
