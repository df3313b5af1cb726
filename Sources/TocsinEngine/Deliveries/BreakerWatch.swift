import Logging
import Synchronization
import TocsinCore

/// Shows the circuit breakers of receivers, and logs once when a receiver stops answering and when it answers again.
final class BreakerWatch: Sendable {
  private let metrics: DeliveryMetrics
  private let logger: Logger
  /// The receivers that did not answer when last looked at.
  private let silent = Mutex<Set<String>>([])

  init(metrics: DeliveryMetrics, logger: Logger) {
    self.metrics = metrics
    self.logger = logger
  }

  /// Shows where the breakers are now: the worst one of each receiver.
  func show(_ breakers: [String: CircuitBreaker.Position]) {
    for (receiver, position) in breakers { metrics.breaker(of: receiver, position) }
    let now = Set(breakers.filter { $0.value != .closed }.keys)
    let before = silent.withLock { silent in
      defer { silent = now }
      return silent
    }
    for receiver in now.subtracting(before).sorted() {
      logger.warning(
        "a receiver does not answer: its deliveries wait, and are tried again", metadata: ["receiver": "\(receiver)"])
    }
    for receiver in before.subtracting(now).sorted() where breakers[receiver] == .closed {
      logger.notice("a receiver answers again", metadata: ["receiver": "\(receiver)"])
    }
  }
}
