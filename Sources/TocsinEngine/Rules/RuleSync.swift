import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Keeps the node's rules those of the cluster: hears of changes, and compares with Redis every few seconds, since
/// a message can be lost. The node that holds the keeper's lease compares Redis with PostgreSQL, the truth.
public final class RuleSync: Service {
  private let book: RuleBook
  private let store: any RuleStore
  private let board: any RuleBoard
  private let signals: any ClusterSignals
  private let interval: Duration
  private let logger: Logger
  private let wake = Signal()
  private let mustPull = Mutex(false)

  init(
    book: RuleBook, store: any RuleStore, board: any RuleBoard, signals: any ClusterSignals, interval: Duration,
    logger: Logger
  ) {
    self.book = book
    self.store = store
    self.board = board
    self.signals = signals
    self.interval = interval
    self.logger = logger
  }

  /// A node changed a rule, or mended what Redis held.
  func heard(of version: Int64) {
    guard version >= book.version else { return }
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

  /// Brings Redis up to the state of PostgreSQL, and this node with it.
  func reconcile() async throws(StoreError) {
    let truth = try await store.snapshot()
    book.apply(truth)
    guard try await board.snapshot() != truth else { return }
    try await board.replaceAll(truth)
    try await signals.rulesChanged(version: truth.version)
  }

  /// Loads rules for the first time: writes the first ones into a new installation.
  /// - Throws: when neither PostgreSQL nor Redis has any to give
  func load() async throws(StoreError) {
    do {
      var snapshot = try await store.snapshot()
      if snapshot.version == 0 {
        if try await store.seed(DefaultRules.all, tenant: .standard) {
          logger.info("the first rules were written", metadata: ["count": "\(DefaultRules.all.count)"])
        }
        // Also where another node was faster.
        snapshot = try await store.snapshot()
      }
      book.apply(snapshot)
    } catch {
      guard error.code == .unavailable, let shared = try await board.snapshot() else { throw error }
      book.apply(shared)
    }
  }

  /// Compares until the service shuts down.
  public func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in self.wake.signals { await self.pull() }
      }
      group.addTask {
        while !Task.isCancelled {
          do { try await Task.sleep(for: self.interval) } catch { return }
          self.wake.send()
        }
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
      if !book.isLoaded {
        try await load()
      } else if let version = try await board.version(), version > book.version || takeMustPull(),
        let shared = try await board.snapshot()
      {
        book.apply(shared)
      }
    } catch {
      mustPull.withLock { $0 = true }
      logger.debug("the rules could not be compared", metadata: ["error": "\(error)"])
    }
  }
}
