import CurlClient
import Foundation
public import Logging
public import NIOCore
import NIOPosix
import PostgresClient
import RedisClient
import ServiceLifecycle
import Synchronization
import TocsinCore
public import TocsinEngine
import TocsinNotifiers
import TocsinPostgres
import TocsinRedis
import TocsinServer
import UnixSignals

/// A whole node: its adapters, its engine and its server, started and stopped in the right order. Several of them
/// can run in one process.
public final class Node: Sendable {
  /// The engine, for tests that look behind the server.
  public let engine: Engine
  private let configuration: NodeConfiguration
  private let group: any EventLoopGroup
  private let logger: Logger
  private let services: [any Service]
  private let server: HTTPServer
  private let whenListening: AsyncStream<Void>

  /// A node that does nothing yet.
  /// - Parameters:
  ///   - receivers: who gets which alerts
  ///   - source: where `receivers` were read from, to be read again when it changes; nil for never
  ///   - logs: what `logger` writes with, to show in the metrics what it dropped
  ///   - group: the event loops of its server and of its connections to Redis; the process' own unless given
  public init(
    configuration: NodeConfiguration, receivers: ReceiverConfiguration = ReceiverConfiguration(),
    reloadingFrom source: ReceiverSource? = nil, logs: LogWriter? = nil, group: (any EventLoopGroup)? = nil,
    logger: Logger
  ) throws {
    let group = group ?? Node.makeGroup(threads: configuration.threads)
    let name = configuration.nodeName ?? ProcessInfo.processInfo.hostName
    let logger = Node.named(name, logger)
    let relay = EngineRelay()
    let metrics = MetricsRegistry()
    metrics.show(
      logs?.dropped ?? Counter(), as: "tocsin_log_lines_dropped_total",
      help: "Lines of the log that were dropped because nobody read them in time.")

    // The steps of a firing check follow each other on one loop, what comes back of them on another: a step that goes on
    // where the last one ended wakes no thread.
    let checkLoop = group.next()
    let eventLoop = group.next()
    let redis = RedisClient(
      configuration: configuration.redis, connections: configuration.redisConnections,
      eventLoopGroup: configuration.redisConnections > 1 ? group : checkLoop, logger: logger
    ) { state in
      if case .connected(let runID) = state { relay.engine?.redisConnected(serverRunID: runID) }
    }
    var backendConfiguration = RedisBackend.Configuration()
    backendConfiguration.prefix = configuration.redisPrefix
    backendConfiguration.journalLimit = configuration.journalLimit
    let backend = RedisBackend(client: redis, configuration: backendConfiguration, logger: logger)
    let signals = RedisSignals(
      configuration: configuration.redis, prefix: configuration.redisPrefix, eventLoopGroup: eventLoop, logger: logger
    ) { signal in
      relay.engine?.receive(signal)
    }
    let writers = PostgresPool(
      configuration: configuration.database, size: configuration.databaseWriters, logger: logger
    ) { isUp in
      relay.engine?.postgres(isUp: isUp)
    }
    let readers = PostgresPool(
      configuration: configuration.database, size: configuration.databaseReaders, logger: logger)
    // Of its own, so that results of deliveries never keep alerts from being written.
    let couriers = PostgresPool(
      configuration: configuration.database, size: configuration.databaseCouriers, logger: logger)
    let unique =
      "\(name)-\(ProcessInfo.processInfo.processIdentifier)-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    let alerts = PostgresAlertStore(writers: writers, readers: readers, node: unique)
    let rules = PostgresRuleStore(pool: readers)
    let deliveries = PostgresDeliveryStore(writers: couriers, readers: readers, node: unique)
    let curl = CurlClient(configuration: Node.outbound(configuration))
    let notifier = ChannelNotifier(
      client: curl, receivers: receivers.receivers, options: NotifierOptions(receivers), logger: logger)
    let ports = EnginePorts(
      journal: backend, epochs: backend, log: backend, signals: backend, board: backend, windows: backend,
      alerts: alerts, rules: rules, deliveries: deliveries, notifier: notifier)
    var settings = EngineSettings()
    settings.writers = configuration.databaseWriters
    let engine = Engine(node: unique, ports: ports, settings: settings, metrics: metrics, logger: logger)
    engine.routing.replace(receivers)
    relay.attach(engine)
    Node.observe(
      redis: redis, pools: [("writers", writers), ("readers", readers), ("couriers", couriers)], in: metrics)

    let hub = WebSocketHub(
      feed: engine.feed, alerts: engine.alerts, metrics: metrics, eventLoopGroup: group, logger: logger,
      wallClock: { backend.now() })
    engine.feed.attach(hub)
    var serverConfiguration = ServerConfiguration()
    serverConfiguration.host = configuration.host
    serverConfiguration.port = configuration.port
    serverConfiguration.accessLog = configuration.accessLog
    let (whenListening, listening) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let server = HTTPServer(
      configuration: serverConfiguration, engine: engine, hub: hub, eventLoopGroup: group, logger: logger
    ) { address in
      listening.yield()
      logger.info("listening", metadata: ["address": "\(address.ipAddress ?? ""):\(address.port ?? 0)"])
    }
    let partitions = PartitionService(store: alerts, logger: logger)
    let drain = DrainService(hub: hub, health: engine.health, duration: configuration.drain, logger: logger)
    let statistics = StatisticsService(configuration: configuration.database, logger: logger)
    let adapters: [any Service] = [redis, signals, writers, readers, couriers, curl, partitions, statistics]
    let reload = source.map { source in
      let accepted = metrics.gauge(
        "tocsin_config_last_reload_successful",
        help: "Whether the configuration file could be used when it was last read.")
      accepted.set(1)
      return ReceiverReload(
        file: source.file, environment: source.environment, current: receivers, logger: logger,
        apply: { [routing = engine.routing] receivers in
          notifier.replace(receivers.receivers, options: NotifierOptions(receivers))
          routing.replace(receivers)
        },
        outcome: { accepted.set($0 ? 1 : 0) })
    }
    let hot: [any Service] =
      engine.pathServices.map { LoopService(service: $0, loop: checkLoop) }
      + [LoopService(service: engine.feed, loop: eventLoop)]
    services =
      adapters + engine.couriers + hot + engine.services + [HubService(hub: hub), server, drain]
      + [reload].compactMap { $0 }
    self.server = server
    self.whenListening = whenListening
    self.engine = engine
    self.configuration = configuration
    self.group = group
    self.logger = logger
  }

  /// The port that the server listens on, once it does.
  public var port: Int? { server.port }

  /// Waits until the node listens and is ready. Does not return if it never is; call it once.
  public func waitUntilReady() async {
    for await _ in whenListening { break }
    await engine.health.waitUntilReady()
  }

  /// Runs until SIGTERM or SIGINT, or until the task's graceful shutdown or cancellation.
  /// - Parameter signals: whether to stop on SIGTERM and SIGINT
  /// - Throws: ``NodeFailure`` when it cannot start
  public func run(stopOnSignals signals: Bool = true) async throws {
    try await SchemaGuard(configuration: configuration, logger: logger).check()
    var setup = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: signals ? [.sigterm, .sigint] : [], logger: logger)
    setup.maximumGracefulShutdownDuration = configuration.drain + .seconds(4)
    do {
      try await ServiceGroup(configuration: setup).run()
    } catch is CancellationError {
      // The grace period was over, or a test ended.
    } catch {
      throw NodeFailure("the node stopped: \(error)")
    }
  }

  private static func named(_ name: String, _ logger: Logger) -> Logger {
    var logger = logger
    logger[metadataKey: "node"] = "\(name)"
    return logger
  }

  private static func makeGroup(threads: Int) -> any EventLoopGroup {
    threads == 0 ? MultiThreadedEventLoopGroup.singleton : MultiThreadedEventLoopGroup(numberOfThreads: threads)
  }

  /// Room for what the targets' own limits let through.
  private static func outbound(_ node: NodeConfiguration) -> CurlConfiguration {
    var configuration = CurlConfiguration()
    configuration.authoritiesFile = node.authorities
    configuration.maximumConnections = 1024
    configuration.maximumConnectionsPerHost = 128
    return configuration
  }

  private static func observe(
    redis: RedisClient, pools: [(String, PostgresPool)], in metrics: MetricsRegistry
  ) {
    let connected = metrics.gauge("tocsin_redis_connected", help: "Whether the node is connected to Redis.")
    let pools = pools.map { name, pool in
      (
        pool,
        metrics.gauge("tocsin_postgres_connections", help: "Open connections.", labels: [("pool", name)]),
        metrics.gauge("tocsin_postgres_idle_connections", help: "Idle connections.", labels: [("pool", name)]),
        metrics.gauge("tocsin_postgres_waiting", help: "Requests that wait for a connection.", labels: [("pool", name)])
      )
    }
    metrics.onCollect {
      connected.set(redis.isConnected ? 1 : 0)
      for (pool, size, idle, waiting) in pools {
        let statistics = pool.statistics
        size.set(Double(statistics.size))
        idle.set(Double(statistics.idle))
        waiting.set(Double(statistics.waiting))
      }
    }
  }
}

extension RoutingBook {
  /// Takes up a configuration.
  func replace(_ receivers: ReceiverConfiguration) {
    replace(receivers.routing, retry: receivers.retry ?? RetryPolicy())
  }
}

extension NotifierOptions {
  /// What a configuration says for all receivers.
  init(_ receivers: ReceiverConfiguration) {
    self.init(consoleURL: receivers.consoleURL, templates: receivers.templates)
  }
}

/// Passes what adapters report on to the engine, which is made after them.
private final class EngineRelay: Sendable {
  private let state = Mutex<Engine?>(nil)

  var engine: Engine? { state.withLock { $0 } }

  func attach(_ engine: Engine) {
    state.withLock { $0 = engine }
  }
}
