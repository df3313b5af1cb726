import Histogram

/// What a measurement counted.
package struct LoadResult: Sendable {
  /// From when a request was due to its answer, in nanoseconds; only requests that were answered with 200 to 299.
  var latencies = LoadResult.histogram()
  /// Answers by status.
  var statuses: [Int: UInt64] = [:]
  /// Requests without an answer, by reason.
  var failures: [String: UInt64] = [:]
  /// How many alerts the answers name.
  var alerts: UInt64 = 0
  /// When the last answer came, in nanoseconds of the monotonic clock.
  var lastAnswer: UInt64 = 0
  /// By the request's number how many alerts it raised; only where that is wanted.
  var raised: [(sequence: UInt64, alerts: UInt64)] = []

  /// Up to an hour, to three digits.
  static func histogram() -> Histogram<UInt64> {
    Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)
  }

  /// Requests that were answered with 200 to 299.
  package var succeeded: UInt64 { latencies.totalCount }

  /// What was not: answers by status, then requests without an answer by reason.
  var errors: [(String, UInt64)] {
    statuses.filter { !(200..<300).contains($0.key) }.sorted { $0.key < $1.key }.map { (String($0.key), $0.value) }
      + failures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  mutating func merge(_ other: LoadResult) {
    latencies.add(other.latencies)
    statuses.merge(other.statuses, uniquingKeysWith: +)
    failures.merge(other.failures, uniquingKeysWith: +)
    alerts += other.alerts
    lastAnswer = max(lastAnswer, other.lastAnswer)
    raised += other.raised
  }
}
