import HummingbirdCore
public import Logging
public import NIOCore
public import ServiceLifecycle
import Synchronization
import TocsinCore
public import TocsinEngine

/// A node's HTTP interface and the entrance to its WebSocket hub, on one port.
///
/// A graceful shutdown stops accepting, tells idle clients to go, and ends when every request under way is answered.
/// Cancelling ``run()`` closes the connections.
public final class HTTPServer: Service {
  /// Where the server listens, once it does.
  public var address: SocketAddress? { bound.withLock { $0 } }

  /// The port, once it is known.
  public var port: Int? { address?.port }

  private let configuration: ServerConfiguration
  private let channel: ConnectionChannel
  private let eventLoopGroup: any EventLoopGroup
  private let logger: Logger
  private let onRunning: @Sendable (SocketAddress) -> Void
  private let bound = Mutex<SocketAddress?>(nil)

  /// A server that does not listen yet.
  /// - Parameters:
  ///   - hub: takes the WebSocket clients
  ///   - onRunning: called once connections are accepted
  public init(
    configuration: ServerConfiguration, engine: Engine, hub: any WebSocketAcceptor, eventLoopGroup: any EventLoopGroup,
    logger: Logger, onRunning: @escaping @Sendable (SocketAddress) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.eventLoopGroup = eventLoopGroup
    self.logger = logger
    self.onRunning = onRunning
    let endpoints = APIEndpoints.all(engine)
    let server = EngineServer(
      checks: engine.checks, health: engine.health, router: APIRouter(endpoints, logger: logger), hub: hub)
    channel = ConnectionChannel(
      shared: ConnectionHandler.Shared(
        configuration: configuration, server: server, quiet: QuietAnswer(),
        log: RequestLog(metrics: engine.metrics, accessLog: configuration.accessLog ? logger : nil)))
  }

  public func run() async throws {
    // That the server listens, the node says itself.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let server = channel.server(
      configuration: HummingbirdCore.ServerConfiguration(
        address: .hostname(configuration.host, port: configuration.port), backlog: configuration.backlog),
      onServerRunning: { [self] channel in
        guard let address = channel.localAddress else { return }
        bound.withLock { $0 = address }
        onRunning(address)
      }, eventLoopGroup: eventLoopGroup, logger: quiet)
    try await server.run()
  }
}
