import Testing

@testable import RedisClient

@Suite struct BackoffTests {
  @Test func theLimitDoublesUpToTheCap() {
    var backoff = Backoff(cap: .milliseconds(500))
    let waits = (0..<7).map { _ in backoff.next(after: nil, random: 1) }
    #expect(waits == [25, 50, 100, 200, 400, 500, 500].map { .milliseconds($0) })
    #expect(backoff.next(after: nil, random: 0) == .zero)
    #expect(backoff.next(after: nil, random: 0.5) == .milliseconds(250))
  }

  @Test func onlyAConnectionThatLastedCountsAsASuccess() {
    var backoff = Backoff(cap: .milliseconds(500))
    for _ in 0..<5 { _ = backoff.next(after: nil, random: 1) }
    #expect(backoff.next(after: .milliseconds(10), random: 1) == .milliseconds(500))
    #expect(backoff.next(after: .seconds(1), random: 1) == .milliseconds(25))
  }
}
