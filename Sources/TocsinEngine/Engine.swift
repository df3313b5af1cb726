package import Logging
package import ServiceLifecycle
package import TocsinCore
package import TocsinMetrics

/// The ports of a node, each behind its adapter.
package struct EnginePorts: Sendable {
  package var journal: any CooldownJournal
  package var epochs: any EpochKeeper
  package var log: any EventLog
  package var signals: any ClusterSignals
  package var board: any RuleBoard
  package var windows: any SampleWindows
  package var alerts: any AlertStore
  package var rules: any RuleStore
  package var deliveries: any DeliveryStore
  package var notifier: any Notifier

  /// Ports of these adapters.
  package init(
    journal: any CooldownJournal, epochs: any EpochKeeper, log: any EventLog, signals: any ClusterSignals,
    board: any RuleBoard, windows: any SampleWindows, alerts: any AlertStore, rules: any RuleStore,
    deliveries: any DeliveryStore, notifier: any Notifier
  ) {
    self.journal = journal
    self.epochs = epochs
    self.log = log
    self.signals = signals
    self.board = board
    self.windows = windows
    self.alerts = alerts
    self.rules = rules
    self.deliveries = deliveries
    self.notifier = notifier
  }
}

/// Sizes and times of the engine.
package struct EngineSettings: Sendable {
  /// How many groups of alerts may be on their way at once, each from its claim to its announcement.
  package var groups = 3
  /// How many transactions with new alerts may be under way at once.
  package var writers = 2
  /// How many alerts go into one transaction: larger ones make everybody wait longer.
  package var rowsPerCommit = 128
  /// How long a check waits for its commit before it is answered with `"persisted": false`.
  package var commitPatience: Duration = .seconds(1)
  /// How often rules are compared with Redis'.
  package var ruleInterval: Duration = .seconds(3)
  /// How often the node sends itself a probe through Redis.
  package var probeInterval: Duration = .seconds(1)
  /// For how long a node without a returned probe still counts as ready.
  package var probePatience: Duration = .seconds(5)
  /// How often the keeper looks at the journal.
  package var keeperInterval: Duration = .seconds(1)
  /// How old a journal entry is before the keeper takes it up, in milliseconds.
  package var overdueMilliseconds: Int64 = 3000
  /// Deliveries.
  package var deliveries = DeliverySettings()

  /// The defaults.
  package init() {}
}

/// All services of one node, on its ports.
package final class Engine: Sendable {
  /// The way of a check.
  package let checks: CheckPipeline
  /// What a check would do, and why.
  package let explanations: ExplainService
  /// Reading, acknowledging and resolving alerts.
  package let alerts: AlertService
  /// Reading and changing rules.
  package let rules: RuleService
  /// Reading and replaying deliveries.
  package let deliveries: DeliveryService
  /// Who gets which alerts; to be replaced when the configuration changes.
  package let routing: ActiveRouting
  /// The ordered stream of events: a service too, which does little at a time and never blocks.
  package let feed: EventFeed
  /// Whether the node can take requests.
  package let health: HealthMonitor
  /// The node's metrics.
  package let metrics: MetricsRegistry
  /// What sends and writes down deliveries: to be started first and shut down last, since the others hand it work.
  package let deliveryServices: [any Service]
  /// The services that every firing check waits for, one after another: they do little at a time and never block, so they
  /// may run on an event loop, best on one. To be started in this order before ``feed`` and ``services``, and shut down
  /// in the opposite one.
  package let pathServices: [any Service]
  /// All other services.
  package let services: [any Service]

  let recovery: EpochRecovery
  let ruleSync: RuleSync
  let writer: AlertWriter
  let announcer: Announcer
  let keeper: JournalKeeper
  private let grace: TakeoverGrace

  /// An engine.
  /// - Parameters:
  ///   - node: the node's name, unique in the cluster and new at every start
  ///   - clock: what it waits by
  package init(
    node: String, ports: EnginePorts, settings: EngineSettings = EngineSettings(),
    clock: any EngineClock = ContinuousClock(), metrics: MetricsRegistry, logger: Logger
  ) {
    let instruments = EngineMetrics(metrics)
    let shortages = Shortages(clock: clock, metrics: metrics, logger: logger)
    let book = RuleBook()
    let feed = EventFeed(log: ports.log, metrics: instruments, logger: logger)
    let routing = ActiveRouting()
    let deliveryMetrics = DeliveryMetrics(metrics)
    let grace = TakeoverGrace(settings.deliveries.takeoverGrace, clock: clock)
    let publisher = StatusPublisher(alerts: ports.alerts, journal: ports.journal, logger: logger)
    let completer = DeliveryCompleter(
      store: ports.deliveries, publisher: publisher, grace: grace, clock: clock, metrics: deliveryMetrics,
      logger: logger)
    let disabled = DisabledTargets(store: ports.deliveries, logger: logger)
    let dispatcher = DeliveryDispatcher(
      notifier: ports.notifier, store: ports.deliveries, routing: routing, completer: completer, disabled: disabled,
      grace: grace, settings: settings.deliveries, clock: clock, metrics: deliveryMetrics, logger: logger)
    let fetcher = DeliveryFetcher(
      store: ports.deliveries, routing: routing, dispatcher: dispatcher, publisher: publisher, completer: completer,
      grace: grace, settings: settings.deliveries, clock: clock, metrics: deliveryMetrics, logger: logger)
    let heartbeat = ReceiverHeartbeat(
      store: ports.deliveries, routing: routing, dispatcher: dispatcher, fetcher: fetcher, disabled: disabled,
      publisher: publisher, settings: settings.deliveries, clock: clock, metrics: deliveryMetrics, logger: logger)
    let planner = DeliveryPlanner(routing: routing, dispatcher: dispatcher)
    let inserter = AlertInserter(
      store: ports.alerts, journal: ports.journal, planner: planner, dispatcher: dispatcher, clock: clock,
      metrics: instruments, deliveryMetrics: deliveryMetrics, logger: logger)
    let writer = AlertWriter(
      insert: inserter, writers: settings.writers, rowLimit: settings.rowsPerCommit,
      patience: settings.commitPatience, clock: clock, shortages: shortages, metrics: instruments, logger: logger)
    let announcer = Announcer(
      journal: ports.journal, limit: settings.rowsPerCommit, clock: clock, metrics: instruments, logger: logger)
    let ruleSync = RuleSync(
      book: book, store: ports.rules, board: ports.board, signals: ports.signals, interval: settings.ruleInterval,
      clock: clock, logger: logger)
    let health = HealthMonitor(
      signals: ports.signals, alerts: ports.alerts, shortages: shortages, book: book, node: node,
      interval: settings.probeInterval, patience: settings.probePatience, clock: clock)
    let recovery = EpochRecovery(
      node: node, epochs: ports.epochs, journal: ports.journal, store: ports.alerts, rules: ruleSync, book: book,
      board: ports.board, announcer: announcer, feed: feed, health: health, shortages: shortages,
      clock: clock, metrics: instruments, logger: logger)
    var keeperSettings = JournalKeeper.Settings()
    keeperSettings.interval = settings.keeperInterval
    keeperSettings.overdueMilliseconds = settings.overdueMilliseconds
    let keeper = JournalKeeper(
      node: node, journal: ports.journal, store: ports.alerts, insert: inserter, writer: writer, rules: ruleSync,
      settings: keeperSettings, clock: clock, shortages: shortages, metrics: instruments, logger: logger)
    let pipeline = AlertPipeline(
      stages: AlertPipeline.Stages(
        journal: ports.journal, store: ports.alerts, writer: writer, announcer: announcer, metrics: instruments,
        logger: logger, onStale: { recovery.look() }, shortages: shortages), groups: settings.groups)
    checks = CheckPipeline(book: book, windows: ports.windows, alerts: pipeline, metrics: instruments)
    explanations = ExplainService(book: book, windows: ports.windows, alerts: pipeline)
    alerts = AlertService(
      store: ports.alerts, journal: ports.journal, planner: planner, dispatcher: dispatcher, clock: clock,
      metrics: instruments, logger: logger)
    deliveries = DeliveryService(
      store: ports.deliveries, notifier: ports.notifier, alerts: alerts, publisher: publisher, routing: routing,
      planner: planner, timeout: settings.deliveries.testTimeout, logger: logger)
    rules = RuleService(
      book: book, store: ports.rules, board: ports.board, shortages: shortages, logger: logger)
    pathServices = [writer, pipeline]
    deliveryServices = [completer, dispatcher]
    services = [fetcher, heartbeat, ruleSync, recovery, keeper, health]
    self.routing = routing
    self.grace = grace
    self.feed = feed
    self.health = health
    self.metrics = metrics
    self.recovery = recovery
    self.ruleSync = ruleSync
    self.writer = writer
    self.announcer = announcer
    self.keeper = keeper
    let held = metrics.gauge("tocsin_announcements_held", help: "Committed alerts that wait for Redis to return.")
    metrics.onCollect { held.set(Double(announcer.heldCount)) }
  }

  /// A signal of the cluster arrived. Never blocks.
  package func receive(_ signal: ClusterSignal) {
    switch signal {
    case .listening:
      health.redis(isListening: true)
      feed.listening()
      ruleSync.listening()
      recovery.look()
    case .events(let batch): feed.receive(batch)
    case .rulesChanged: ruleSync.heard()
    case .epochBegan: recovery.look()
    case .probe(let token): health.probeReturned(token)
    case .disconnected:
      health.redis(isListening: false)
      feed.disconnected()
    case .refused(let reason): health.redis(refuses: .subscription, reason)
    }
  }

  /// A connection for commands to Redis was made; nothing was sent on it yet.
  package func redisConnected(serverRunID: String) {
    health.redis(refuses: .commands, nil)
    recovery.connected(serverRunID: serverRunID)
  }

  /// Redis refuses connections for commands.
  /// - Parameter reason: why, in words that name the right that is missing
  package func redisRefused(_ reason: String) {
    health.redis(refuses: .commands, reason)
  }

  /// PostgreSQL came or went.
  package func postgres(isUp: Bool) {
    health.postgres(isUp: isUp)
    if isUp {
      writer.postgresIsBack()
      grace.begin()
    }
  }
}
