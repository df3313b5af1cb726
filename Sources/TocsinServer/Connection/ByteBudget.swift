import Synchronization
import TocsinEngine
import TocsinMetrics

/// Bytes that all connections of a node hold together, and how many they may.
final class ByteBudget: Sendable {
  /// What has at most so many bytes is not counted: each connection holds little of it.
  static let small = 16 * 1024

  private let limit: Int
  private let held = Atomic<Int>(0)

  /// - Parameters:
  ///   - limit: how many bytes may be held
  ///   - gauge: shows how many are
  init(limit: Int, gauge: Gauge, metrics: MetricsRegistry) {
    self.limit = limit
    metrics.onCollect { [weak self] in gauge.set(Double(self?.heldBytes ?? 0)) }
  }

  /// How many bytes are held.
  var heldBytes: Int { held.load(ordering: .relaxed) }

  /// Whether nothing more may be held.
  var isExhausted: Bool { heldBytes >= limit }

  /// Takes bytes off the budget. What is there alone may exceed it.
  /// - Returns: whether they fit; if so, ``release(_:)`` must follow
  func reserve(_ bytes: Int) -> Bool {
    let before = held.add(bytes, ordering: .relaxed).oldValue
    if before == 0 || before + bytes <= limit { return true }
    release(bytes)
    return false
  }

  /// The bytes are no longer held.
  func release(_ bytes: Int) {
    held.subtract(bytes, ordering: .relaxed)
  }
}
