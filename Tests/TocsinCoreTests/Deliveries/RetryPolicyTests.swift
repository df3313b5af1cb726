import Testing
import TocsinCore

@Suite struct RetryPolicyTests {
  private let policy = RetryPolicy()
  private let failure = DeliveryFailure("no answer")

  private func settle(
    _ outcome: DeliveryOutcome, attempt: Int = 1, age: Duration = .zero, draw: Double = 0.5
  ) -> RetryPolicy.Settlement {
    policy.settle(outcome, attempt: attempt, age: age, draw: draw)
  }

  @Test func whatIsDeliveredIsDone() {
    #expect(settle(.delivered(status: nil), age: .seconds(1_000_000)) == .delivered)
  }

  @Test func whatIsUselessIsGivenUpAtOnce() {
    #expect(settle(.permanent(failure)) == .dead("no answer"))
    #expect(settle(.gone(failure)) == .dead("no answer"))
  }

  @Test(arguments: [(0, 1.0), (1, 1), (2, 2), (3, 4), (8, 128), (11, 1024), (12, 1800), (1000, 1800), (.max, 1800)])
  func theLimitDoublesWithEachAttemptUpToTheCap(_ attempt: Int, _ seconds: Double) {
    #expect(settle(.retryable(failure), attempt: attempt, draw: 0) == .retry(after: .zero))
    #expect(settle(.retryable(failure), attempt: attempt, draw: 0.25) == .retry(after: .seconds(seconds / 4)))
    #expect(settle(.retryable(failure), attempt: attempt, draw: 1) == .retry(after: .seconds(seconds)))
  }

  @Test func theOtherSidesWishIsTheLeastToWait() {
    #expect(settle(.retryable(failure, after: .seconds(30))) == .retry(after: .seconds(30)))
    #expect(settle(.retryable(failure, after: .seconds(1)), attempt: 5) == .retry(after: .seconds(8)))
    #expect(settle(.retryable(failure, after: .seconds(3600))) == .retry(after: .seconds(3600)))
  }

  @Test(arguments: [Int.min, -1, 0, 1, 2, 21, 1000, .max])
  func noNumberIsTooLarge(_ attempt: Int) {
    let longest = Duration.seconds(Int64.max)
    let endless = RetryPolicy(base: longest, cap: longest, patience: longest)
    let oldest = Duration.milliseconds(Int64.max)
    for age in [.zero, oldest, .zero - oldest] {
      for draw in [0, 0.5, 1] {
        _ = endless.settle(.retryable(failure, after: longest), attempt: attempt, age: age, draw: draw)
        _ = policy.settle(.retryable(failure, after: .seconds(-1)), attempt: attempt, age: age, draw: draw)
      }
    }
  }

  @Test func itIsGivenUpWhenTheNextAttemptWouldComeTooLate() {
    let dead = RetryPolicy.Settlement.dead("given up after 3 attempts: no answer")
    let edge = policy.patience - .seconds(2)
    #expect(settle(.retryable(failure), attempt: 3, age: edge) == .retry(after: .seconds(2)))
    #expect(settle(.retryable(failure), attempt: 3, age: edge + .milliseconds(1)) == dead)
    #expect(settle(.retryable(failure, after: .seconds(172_801)), attempt: 3) == dead)
  }
}
