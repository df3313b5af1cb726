import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore

/// Keeps the node's rules those of the cluster: hears of changes, and compares with Redis every few seconds, since
/// a message can be lost. The node that holds the keeper's lease compares Redis with PostgreSQL, the truth.
package final class RuleSync: Service {
  private let book: RuleBook
  private let store: any RuleStore
  private let board: any RuleBoard
  private let signals: any ClusterSignals
  private let interval: Duration
  private let clock: any EngineClock
  private let logger: Logger
  private let wake = Signal()
  private let mustPull = Mutex(false)

  init(
    book: RuleBook, store: any RuleStore, board: any RuleBoard, signals: any ClusterSignals, interval: Duration,
    clock: any EngineClock, logger: Logger
  ) {
    self.book = book
    self.store = store
    self.board = board
    self.signals = signals
    self.interval = interval
    self.clock = clock
    self.logger = logger
  }

  /// A node changed a rule, or mended what Redis held.
  ///
  /// Its number says nothing by itself: a lower one may be of a new history.
  func heard() {
    mustPull.withLock { $0 = true }
    wake.send()
  }

  /// The rule of that id as this node knows it.
  func rule(_ id: String, tenant: Tenant) -> AlertRule? {
    book.index(of: tenant)?[id]
  }

  /// The subscription is there again: a change may have been missed.
  func listening() {
    mustPull.withLock { $0 = true }
    wake.send()
  }

  /// Brings Redis to the state of PostgreSQL, and this node with it.
  ///
  /// PostgreSQL is asked last: whatever is in Redis, or known to this node, was committed there before. So a lower number
  /// there means that it has gone back: then a new history of the numbers begins, and every node takes up its rules.
  func reconcile() async throws(StoreError) {
    let own = book.version
    let shared = try await board.snapshot()
    let truth = try await store.snapshot()
    guard max(own, shared?.rules.version ?? 0) <= truth.version else {
      return try await beginHistory(with: truth, insteadOf: shared?.version, known: own)
    }
    book.apply(truth, history: shared?.history)
    guard shared?.rules != truth else { return }
    try await board.replaceAll(truth, history: book.history ?? "")
    try await signals.rulesChanged(version: truth.version)
  }

  private func beginHistory(
    with truth: RuleSnapshot, insteadOf shared: RuleVersion?, known: Int64
  ) async throws(StoreError) {
    var generator = SystemRandomNumberGenerator()
    let history = String(generator.next() as UInt64, radix: 36)
    guard try await board.beginHistory(history, with: truth, insteadOf: shared) else {
      // Somebody changed it meanwhile: the next look sees.
      return
    }
    book.begin(history, with: truth)
    logger.warning(
      "PostgreSQL has older rules than the cluster had, as after a restore from a backup: its rules count from now on",
      metadata: [
        "version": .stringConvertible(truth.version),
        "version_before": .stringConvertible(max(known, shared?.number ?? 0)), "history": "\(history)",
      ])
    try await signals.rulesChanged(version: truth.version)
  }

  /// Loads rules for the first time: writes the first ones into a new installation.
  /// - Throws: when neither PostgreSQL nor Redis has any to give
  func load() async throws(StoreError) {
    // Before PostgreSQL is read: a history that begins after this one is noticed as another one. Redis without rules has
    // none yet, and gets this node's; where Redis does not answer, none is known.
    let known = book.history ?? ""
    let history: String?
    do { history = try await board.version()?.history ?? known } catch { history = nil }
    do {
      var snapshot = try await store.snapshot()
      if snapshot.version == 0 {
        if try await store.seed(DefaultRules.all, tenant: .standard) {
          logger.info("the first rules were written", metadata: ["count": .stringConvertible(DefaultRules.all.count)])
        }
        // Also where another node was faster.
        snapshot = try await store.snapshot()
      }
      book.apply(snapshot, history: history)
    } catch {
      guard error.code == .unavailable, let shared = try await board.snapshot() else { throw error }
      book.apply(shared.rules, history: shared.history)
    }
  }

  /// Compares until the service shuts down.
  package func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in self.wake.signals { await self.pull() }
      }
      group.addTask {
        await every(self.interval, clock: self.clock) { self.wake.send() }
      }
      await withGracefulShutdownHandler {
        await group.next()
      } onGracefulShutdown: {
        self.wake.finish()
      }
      group.cancelAll()
    }
  }

  private func takeMustPull() -> Bool {
    mustPull.withLock { flag in
      defer { flag = false }
      return flag
    }
  }

  private func pull() async {
    do {
      guard book.isLoaded else { return try await load() }
      guard let there = try await board.version() else { return }
      let history = book.history
      if there.history == history ?? there.history, there.number < book.version {
        // A change did not get there; or PostgreSQL has gone back, and somebody has filled an empty server from it.
        try await reconcile()
      } else if there.history != history || there.number > book.version || takeMustPull(),
        let shared = try await board.snapshot()
      {
        book.apply(shared.rules, history: shared.history)
      }
    } catch {
      mustPull.withLock { $0 = true }
      logger.debug("the rules could not be compared", metadata: ["error": "\(error)"])
    }
  }
}
