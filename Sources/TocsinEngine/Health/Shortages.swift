import Logging
import Synchronization
import TocsinCore
import TocsinMetrics

/// Knows what the servers lack, tells an operator when that begins and when it ends, and shows it in the metrics.
final class Shortages: Sendable {
  private let state = Mutex(ShortageState())
  private let gauges: [Shortage: Gauge]
  private let clock: any EngineClock
  private let logger: Logger

  init(clock: any EngineClock, metrics: MetricsRegistry, logger: Logger) {
    self.clock = clock
    gauges = Dictionary(
      uniqueKeysWithValues: Shortage.allCases.map { shortage in
        let gauge = metrics.gauge(
          "tocsin_shortage", help: "1 while a server that can be reached lacks this.",
          labels: [("name", shortage.rawValue)])
        return (shortage, gauge)
      })
    self.logger = logger
  }

  /// The names of what is lacking, sorted.
  var names: [String] { state.withLock { $0.names } }

  /// Whether a server is known to lack something.
  func isShort(_ backend: String) -> Bool { state.withLock { $0.isShort(backend) } }

  /// A request failed; for what reason is in the error.
  func failed(_ error: StoreError) {
    guard let shortage = error.shortage else { return }
    guard state.withLock({ $0.began(shortage, at: clock.now) }) else { return }
    gauges[shortage]?.set(1)
    logger.warning(
      "\(shortage.description)", metadata: ["degraded": "\(shortage.rawValue)", "error": "\(error.message)"])
  }

  /// A server took a write, or would have.
  func tookWrites(_ backend: String) {
    for over in state.withLock({ $0.tookWrites(backend, at: clock.now) }) {
      gauges[over]?.set(0)
      logger.notice("a shortage has ended", metadata: ["degraded": "\(over.rawValue)"])
    }
  }
}
