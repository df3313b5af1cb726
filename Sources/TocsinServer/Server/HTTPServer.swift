import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization
import TocsinCore
package import TocsinEngine

/// A node's HTTP interface and the entrance to its WebSocket hub, on one port.
///
/// A graceful shutdown stops accepting, tells idle clients to go, and ends when every request under way is answered.
/// Cancelling ``run()`` closes the connections.
package final class HTTPServer: Service {
  /// Where the server listens, once it does.
  package var address: SocketAddress? { bound.withLock { $0 } }

  /// The port, once it is known.
  package var port: Int? { address?.port }

  private let configuration: ServerConfiguration
  private let channel: ConnectionChannel
  private let connections: Connections
  private let log: RequestLog
  private let eventLoopGroup: any EventLoopGroup
  private let logger: Logger
  private let onRunning: @Sendable (SocketAddress) -> Void
  private let bound = Mutex<SocketAddress?>(nil)

  /// A server that does not listen yet.
  /// - Parameters:
  ///   - hub: takes the clients that want the stream of alerts
  ///   - onRunning: called once connections are accepted
  package init(
    configuration: ServerConfiguration, engine: Engine, hub: StreamHub, eventLoopGroup: any EventLoopGroup,
    logger: Logger, onRunning: @escaping @Sendable (SocketAddress) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.eventLoopGroup = eventLoopGroup
    self.logger = logger
    self.onRunning = onRunning
    let budgets = ConnectionBudgets(configuration, metrics: engine.metrics)
    let endpoints = APIEndpoints.all(engine, budget: budgets.answers)
    let responder = EngineResponder(
      checks: engine.checks, health: engine.health, router: APIRouter(endpoints, logger: logger), hub: hub)
    connections = Connections(limit: configuration.connectionLimit, metrics: engine.metrics, logger: logger)
    log = RequestLog(metrics: engine.metrics, accessLog: configuration.accessLog ? logger : nil, errors: logger)
    channel = ConnectionChannel(
      shared: HTTPConnectionHandler.Shared(
        configuration: configuration, responder: responder, quiet: CachedResponse(), log: log, budgets: budgets,
        browsers: configuration.browsers ?? BrowserAccess(listeningOn: configuration.host)))
  }

  /// Whether nobody is connected, and for a second nothing was answered but probes of the node itself.
  package var isDeserted: Bool { connections.open == 0 && NIODeadline.now() - log.lastWork >= .seconds(1) }

  package func run() async throws {
    // That the server listens, the node says itself.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let server = channel.server(
      configuration: HummingbirdCore.ServerConfiguration(
        address: .hostname(configuration.host, port: configuration.port), backlog: configuration.backlog,
        availableConnectionsDelegate: ConnectionGate(connections: connections)),
      onServerRunning: { [self] channel in
        try? await channel.eventLoop.submit { [logger] in
          try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: logger), position: .first)
        }.get()
        guard let address = channel.localAddress else { return }
        bound.withLock { $0 = address }
        onRunning(address)
      }, eventLoopGroup: eventLoopGroup, logger: quiet)
    try await server.run()
  }
}
