import CurlClient
import Foundation
package import Logging
package import NIOCore
import NIOPosix
import PostgresClient
import RedisClient
import ServiceLifecycle
import Synchronization
import TocsinCore
package import TocsinEngine
import TocsinMetrics
import TocsinNotifiers
import TocsinPostgres
import TocsinRedis
import TocsinServer
import UnixSignals

/// A whole node: its adapters, its engine and its server, started and stopped in the right order. Several of them
/// can run in one process.
package final class Node: Sendable {
  /// The engine, for tests that look behind the server.
  package let engine: Engine
  private let configuration: NodeConfiguration
  private let group: any EventLoopGroup
  private let logger: Logger
  private let services: [any Service]
  private let server: HTTPServer
  private let whenListening: AsyncStream<Void>
  private let membership: ClusterMembership

  /// A node that does nothing yet.
  /// - Parameters:
  ///   - receivers: who gets which alerts
  ///   - source: where `receivers` were read from, to be read again when it changes; nil for never
  ///   - logs: what `logger` writes with, to show in the metrics what it dropped
  ///   - group: the event loops of its server and of its connections to Redis; the process' own unless given
  package init(
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
      switch state {
      case .connected(let runID): relay.engine?.redisConnected(serverRunID: runID)
      case .refused(let error):
        relay.engine?.redisRefused(RedisRefusal.reason(error, prefix: configuration.redisPrefix))
      case .disconnected: break
      }
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
    let alerts = PostgresAlertStore(writers: writers, readers: readers, node: unique, logger: logger)
    let rules = PostgresRuleStore(pool: readers, logger: logger)
    let deliveries = PostgresDeliveryStore(writers: couriers, readers: readers, node: unique, logger: logger)
    let budget = try Node.budget(configuration, loops: Array(group.makeIterator()).count, logger: logger)
    let curl = try Node.outbound(configuration, connections: budget.outbound)
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

    let hub = StreamHub(
      feed: engine.feed, alerts: engine.alerts, metrics: metrics, eventLoopGroup: group, logger: logger,
      wallClock: { backend.now() })
    engine.feed.attach(hub)
    var serverConfiguration = ServerConfiguration()
    serverConfiguration.host = configuration.host
    serverConfiguration.port = configuration.port
    serverConfiguration.accessLog = configuration.accessLog
    serverConfiguration.browsers = configuration.browsers
    serverConfiguration.connectionLimit = min(configuration.connections ?? .max, budget.clients)
    let (whenListening, listening) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let server = HTTPServer(
      configuration: serverConfiguration, engine: engine, hub: hub, eventLoopGroup: group, logger: logger
    ) { address in
      listening.yield()
      logger.info("listening", metadata: ["address": "\(address.ipAddress ?? ""):\(address.port ?? 0)"])
    }
    let partitions = PartitionService(store: alerts, metrics: metrics, logger: logger)
    let membership = ClusterMembership(
      NodeRecord(
        name: unique, redisPrefix: configuration.redisPrefix, redisServer: configuration.redis.publicAddress,
        redisIdentity: nil, version: TocsinRelease.version), logger: logger)
    let renewal = MembershipService(
      membership: membership, registry: PostgresNodeRegistry(pool: couriers), sealing: backend)
    let drain = DrainService(
      hub: hub, server: server, health: engine.health, duration: configuration.drain, logger: logger)
    let statistics = StatisticsService(configuration: configuration.database, logger: logger)
    let adapters: [any Service] = [redis, signals, writers, readers, couriers, curl, partitions, statistics, renewal]
    let reload = source.map { source in
      let accepted = metrics.gauge(
        "tocsin_config_last_reload_successful",
        help: "Whether the configuration file could be used when it was last read.")
      accepted.set(1)
      return ReceiverReload(
        source: source, current: receivers, logger: logger,
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
      adapters + engine.deliveryServices + hot + engine.services + [HubService(hub: hub), server, drain]
      + [reload].compactMap { $0 }
    self.server = server
    self.whenListening = whenListening
    self.membership = membership
    self.engine = engine
    self.configuration = configuration
    self.group = group
    self.logger = logger
  }

  /// The port that the server listens on, once it does.
  package var port: Int? { server.port }

  /// Waits until the node listens and is ready. Does not return if it never is; call it once.
  package func waitUntilReady() async {
    for await _ in whenListening { break }
    await engine.health.waitUntilReady()
  }

  /// Runs until SIGTERM or SIGINT, or until the task's graceful shutdown or cancellation.
  /// - Parameter signals: whether to stop on SIGTERM and SIGINT, from the first moment on
  /// - Throws: ``NodeFailure`` when it cannot start
  package func run(stopOnSignals signals: Bool = true) async throws {
    var setup = ServiceGroupConfiguration(services: services, logger: logger)
    setup.maximumGracefulShutdownDuration = configuration.drain + .seconds(4)
    let services = ServiceGroup(configuration: setup)
    guard signals else {
      try await check()
      return try await run(services)
    }
    var isStarted = false
    let stops = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    try await withThrowingTaskGroup(of: Step.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        for await _ in stops { break }
        return .stop
      }
      group.addTask {
        try await self.check()
        return .checked
      }
      while let step = try await group.next() {
        switch step {
        case .checked:
          group.addTask {
            try await self.run(services)
            return .ended
          }
          isStarted = true
        case .stop where !isStarted: return logger.info("stopped before the node had started")
        case .stop: await services.triggerGracefulShutdown()
        case .ended: return
        }
      }
    }
  }

  /// Looks whether the node may start.
  private func check() async throws {
    do {
      try await ListenProbe.check(host: configuration.host, port: configuration.port)
    } catch  where !(error is CancellationError) {
      throw NodeFailure(reason(error))
    }
    try await SchemaGuard(configuration: configuration, logger: logger).check()
    try await ClusterGuard(configuration: configuration, membership: membership, group: group, logger: logger).check()
  }

  /// What happens while the node runs.
  private enum Step {
    /// The schema can be used, and no other node disagrees.
    case checked
    /// SIGTERM or SIGINT came.
    case stop
    /// All services have ended.
    case ended
  }

  private func run(_ services: ServiceGroup) async throws(NodeFailure) {
    do {
      try await services.run()
    } catch is CancellationError {
      // The grace period was over, or a test ended.
    } catch {
      throw NodeFailure(reason(error))
    }
  }

  /// Why the node does not run, and what to do where that is known.
  private func reason(_ error: any Error) -> String {
    let address = "\(configuration.host):\(configuration.port)"
    if error is SocketAddressError.UnknownHost {
      return "\(configuration.host) is not the name of an address: set another one with --host or TOCSIN_HOST"
    }
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE:
      return "\(address) is in use by another program: stop it, or choose another port with --port or TOCSIN_PORT"
    case EADDRNOTAVAIL:
      return "\(configuration.host) is not an address of this machine: set another one with --host or TOCSIN_HOST"
    case EACCES: return "this user may not listen on \(address): choose a port above 1023 with --port or TOCSIN_PORT"
    default: return "the node stopped: \(error)"
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

  /// What the process' descriptors are used for.
  private static func budget(
    _ node: NodeConfiguration, loops: Int, logger: Logger
  ) throws(NodeFailure) -> DescriptorBudget {
    let limit = OpenFileLimit.current
    let budget = DescriptorBudget(
      limit: limit, loops: loops, redis: node.redisConnections,
      postgres: node.databaseWriters + node.databaseReaders + node.databaseCouriers,
      mails: CurlConfiguration().maximumMailTransfers)
    guard budget.clients >= DescriptorBudget.fewestClients else {
      throw NodeFailure(
        "the process may open \(limit) files, and this node needs \(budget.least) at least: "
          + "raise the limit (`ulimit -n`, or LimitNOFILE of systemd)")
    }
    if let wanted = node.connections, wanted > budget.clients {
      logger.warning(
        "fewer connections are accepted than TOCSIN_CONNECTIONS says: raise the limit of open files",
        metadata: [
          "wanted": .stringConvertible(wanted), "connections": .stringConvertible(budget.clients),
          "open files": .stringConvertible(limit),
        ])
    }
    return budget
  }

  /// The client of the receivers; room for what the targets' own limits let through.
  private static func outbound(
    _ node: NodeConfiguration, connections: Int
  ) throws(NodeFailure) -> CurlClient {
    var configuration = CurlConfiguration()
    configuration.authoritiesFile = node.authorities
    configuration.maximumConnections = connections
    configuration.maximumConnectionsPerHost = 128
    do throws(CurlError) {
      return try CurlClient(configuration: configuration)
    } catch {
      throw NodeFailure("the node cannot start: \(error.cause)")
    }
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

extension RedisConfiguration {
  /// Where the server is, without the user.
  var publicAddress: String {
    var configuration = self
    (configuration.username, configuration.password) = (nil, nil)
    return configuration.description
  }
}

extension ActiveRouting {
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
