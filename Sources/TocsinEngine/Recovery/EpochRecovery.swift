import Logging
import ServiceLifecycle
import Support
import Synchronization
import TocsinCore
import TocsinMetrics

/// Finds the node into the epoch of Redis: at the start, after a reconnection, and whenever a script answers that
/// the epoch is another one. Where Redis has lost its data, one node restores rules and running cooldowns from
/// PostgreSQL and begins a new epoch.
package final class EpochRecovery: Service {
  private let node: String
  private let epochs: any EpochKeeper
  private let journal: any CooldownJournal
  private let store: any AlertStore
  private let rules: RuleSync
  private let book: RuleBook
  private let board: any RuleBoard
  private let announcer: Announcer
  private let feed: EventFeed
  private let health: HealthMonitor
  private let shortages: Shortages
  private let clock: any EngineClock
  private let metrics: EngineMetrics
  private let logger: Logger
  private let wake = Signal()
  private let lastRunID = Mutex<String?>(nil)
  private let lockMilliseconds: Int64 = 30_000

  init(
    node: String, epochs: any EpochKeeper, journal: any CooldownJournal, store: any AlertStore, rules: RuleSync,
    book: RuleBook, board: any RuleBoard, announcer: Announcer, feed: EventFeed, health: HealthMonitor,
    shortages: Shortages, clock: any EngineClock, metrics: EngineMetrics, logger: Logger
  ) {
    self.node = node
    self.epochs = epochs
    self.journal = journal
    self.store = store
    self.rules = rules
    self.book = book
    self.board = board
    self.announcer = announcer
    self.feed = feed
    self.health = health
    self.shortages = shortages
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
  }

  /// A connection to Redis was made. A server that was started anew, or another one, may lack what the last one had:
  /// nothing is claimed there before this node has looked.
  func connected(serverRunID: String) {
    let isNew = lastRunID.withLock { last in
      defer { last = serverRunID }
      return last != serverRunID
    }
    if isNew { epochs.suspend() }
    look()
  }

  /// Something about Redis changed: look.
  func look() {
    wake.send()
  }

  /// Looks whenever there is a reason, until the service shuts down.
  package func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in self.wake.signals { await self.recoverUntilDone() }
      }
      group.addTask {
        // A node that died while it restored leaves claims in need of confirmation: somebody has to take over.
        await every(.seconds(5), clock: self.clock) { self.wake.send() }
      }
      await withGracefulShutdownHandler {
        await group.next()
      } onGracefulShutdown: {
        self.wake.finish()
      }
      group.cancelAll()
    }
  }

  private func recoverUntilDone() async {
    var backoff = Backoff(base: .milliseconds(50), cap: .milliseconds(500))
    var hasFailed = false
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do throws(StoreError) {
        if try await recover() {
          if hasFailed { logger.info("the node works in Redis' epoch again") }
          health.recovery(isDone: true)
          return
        }
      } catch {
        shortages.failed(error)
        logger.log(
          level: hasFailed || error.shortage != nil ? .debug : .warning,
          "the node has not adopted Redis' epoch yet",
          metadata: ["error": "\(error)"])
        hasFailed = true
      }
      health.recovery(isDone: false)
      try? await clock.sleep(for: backoff.next())
    }
  }

  /// One attempt.
  /// - Returns: whether the node works in Redis' epoch now
  func recover() async throws(StoreError) -> Bool {
    do {
      return try await findEpoch()
    } catch {
      // A node that cannot restore must not keep others from it.
      try? await epochs.releaseRestoreLock(node: node)
      throw error
    }
  }

  private func findEpoch() async throws(StoreError) -> Bool {
    let server = try await epochs.serverEpoch()
    if let server, server == epochs.epoch {
      if try await logIsIntact() {
        epochs.adopt(epoch: server)
        try await settle(in: server)
        return true
      }
      return try await restore(lost: server)
    }
    if let server {
      if !book.isLoaded { try await rules.load() }
      try await restoreCooldowns(of: announcer.unannouncedEntries)
      epochs.adopt(epoch: server)
      logger.info("the node works in another epoch", metadata: ["epoch": "\(server)"])
      try await settle(in: server)
      return true
    }
    return try await restore(lost: nil)
  }

  /// What is to be done on every arrival in an epoch, known or new.
  private func settle(in epoch: String) async throws(StoreError) {
    feed.settled(in: epoch)
    do {
      try await bringBack(in: epoch)
    } catch {
      // Where Redis takes no writes the node serves nevertheless what needs none; the next look tries again.
      guard let shortage = error.shortage, shortage.backend == "redis" else { throw error }
      shortages.failed(error)
      logger.debug("pending alerts could not be entered again yet", metadata: ["error": "\(error)"])
      try? await epochs.releaseRestoreLock(node: node)
    }
  }

  /// What this node holds unannounced, and the cooldowns that a node which died left to be restored.
  private func bringBack(in epoch: String) async throws(StoreError) {
    try await restoreCooldowns(of: announcer.unannouncedEntries)
    try await announcer.settle()
    if try await epochs.isRestoring(), try await epochs.holdRestoreLock(node: node, milliseconds: lockMilliseconds) {
      try await restoreCooldowns(of: epoch)
    }
  }

  /// Whether the log still has the newest event that this node knows: then nothing was lost.
  private func logIsIntact() async throws(StoreError) -> Bool {
    guard let place = feed.placeToVerify, place.epoch == epochs.epoch else { return true }
    guard try await feed.isLogIntact(upTo: place) else { return false }
    feed.verified(place)
    return true
  }

  /// Begins a new epoch, if this node is the one to do it.
  /// - Returns: false where another one does it at this moment
  private func restore(lost epoch: String?) async throws(StoreError) -> Bool {
    guard try await epochs.holdRestoreLock(node: node, milliseconds: lockMilliseconds) else { return false }
    // Another node may have been faster than this one's question.
    guard try await epochs.serverEpoch() == epoch else {
      // The next node that finds something lost must be able to restore it at once.
      try await epochs.releaseRestoreLock(node: node)
      return false
    }
    try await rules.load()
    // Before anybody can claim in the new epoch.
    try await restoreCooldowns(of: announcer.unannouncedEntries)
    var generator = SystemRandomNumberGenerator()
    let fresh = String(generator.next() as UInt64, radix: 36)
    try await epochs.begin(epoch: fresh)
    epochs.adopt(epoch: fresh)
    metrics.epochs.increment()
    logger.notice(
      "Redis was empty or had lost events: a new epoch begins, cooldowns come back from PostgreSQL",
      metadata: ["epoch": "\(fresh)"])
    try await board.replaceAll(book.snapshot, history: book.history ?? "")
    try await restoreCooldowns(of: fresh)
    try await settle(in: fresh)
    return true
  }

  /// Of alerts that this node works on: PostgreSQL may not have them yet, or had them only after it was read.
  private func restoreCooldowns(of unannounced: [JournalEntry]) async throws(StoreError) {
    guard !unannounced.isEmpty else { return }
    var running: [RunningCooldown] = []
    for entry in unannounced {
      guard let envelope = EventEnvelope(decoding: entry.envelope), let alert = try? envelope.decodedAlert(),
        let rule = book.index(of: envelope.tenant)?[alert.ruleID], rule.incarnation == alert.ruleIncarnation,
        rule.cooldownMilliseconds > 0
      else { continue }
      running.append(
        RunningCooldown(
          tenant: envelope.tenant, ruleID: rule.ruleID, incarnation: rule.incarnation, entity: alert.entity,
          alertID: alert.alertID, lengthMilliseconds: rule.cooldownMilliseconds))
    }
    try await epochs.restore(running)
  }

  private func restoreCooldowns(of epoch: String) async throws(StoreError) {
    var count = 0
    do {
      for try await page in store.runningCooldowns(of: book.snapshot, at: journal.now()) {
        try await epochs.restore(page)
        _ = try await epochs.holdRestoreLock(node: node, milliseconds: lockMilliseconds)
        count += page.count
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.failed, backend: "postgresql", message: "\(error)")
    }
    try await epochs.finishRestore(of: epoch, node: node)
    logger.notice("cooldowns are restored", metadata: ["count": .stringConvertible(count), "epoch": "\(epoch)"])
  }
}
