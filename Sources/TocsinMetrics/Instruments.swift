import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// A counter at 0.
  package init() {}

  /// Adds to the number.
  package func increment(by amount: Int = 1) {
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The number.
  package var value: Int { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)

  /// Sets the number.
  package func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  /// Adds to the number; a negative amount takes away.
  package func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }

  /// The number.
  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How often values fell into which range.
package final class MetricHistogram: Sendable {
  /// The ranges' upper bounds for times, in seconds.
  package static let seconds: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  struct Counts: Sendable {
    var buckets: [Int]
    var sum = 0.0
    var count = 0
  }

  let bounds: [Double]
  private let counts: Mutex<Counts>

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count)))
  }

  /// Counts a value.
  package func observe(_ value: Double) {
    let index = bounds.firstIndex { value <= $0 }
    counts.withLock {
      if let index { $0.buckets[index] += 1 }
      $0.sum += value
      $0.count += 1
    }
  }

  /// Counts a time.
  package func observe(_ time: Duration) {
    observe(time.seconds)
  }

  var snapshot: Counts { counts.withLock { $0 } }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
