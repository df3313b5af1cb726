import HummingbirdCore
import Logging
import Synchronization
import TocsinEngine
import TocsinMetrics

/// Counts the connections of a server, WebSockets among them, and holds back new ones at the limit: they wait in the
/// socket's backlog, which costs no descriptor.
final class Connections: Sendable {
  private let count: Mutex<ConnectionCount>
  private let logger: Logger

  init(limit: Int, metrics: MetricsRegistry, logger: Logger) {
    count = Mutex(ConnectionCount(limit: limit))
    self.logger = logger
    let open = metrics.gauge(
      "tocsin_http_connections", help: "Connections that clients hold open, WebSockets among them.")
    let most = metrics.gauge(
      "tocsin_http_connections_limit", help: "Connections that are accepted at most; more wait until one ends.")
    most.set(Double(limit))
    metrics.onCollect { [weak self] in open.set(Double(self?.open ?? 0)) }
  }

  /// How many are open.
  var open: Int { count.withLock { $0.open } }

  /// Whether another one may be accepted.
  var hasRoom: Bool { count.withLock { $0.hasRoom } }

  func opened() {
    tell(count.withLock { $0.opened() })
  }

  func closed() {
    tell(count.withLock { $0.closed() })
  }

  private func tell(_ news: ConnectionCount.News?) {
    switch news {
    case .full:
      logger.warning(
        "as many connections are open as fit: new ones wait until others end",
        metadata: ["connections": .stringConvertible(count.withLock { $0.limit })])
    case .roomy: logger.info("new connections are accepted again", metadata: ["connections": .stringConvertible(open)])
    case nil: break
    }
  }
}

/// What Hummingbird's server asks before it accepts connections.
struct ConnectionGate: AvailableConnectionsDelegate {
  let connections: Connections

  func connectionOpened() { connections.opened() }

  func connectionClosed() { connections.closed() }

  func isAcceptingNewConnections() -> Bool { connections.hasRoom }
}
