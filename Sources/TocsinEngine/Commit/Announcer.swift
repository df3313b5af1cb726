import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Announces alerts that are in PostgreSQL, in groups, and keeps those that could not be announced until they can.
public final class Announcer: Service {
  typealias Waiter = CheckedContinuation<Bool, Never>

  private struct Submission {
    var entries: [JournalEntry]
    var waiter: Waiter
  }

  private struct State {
    var queue: [Submission] = []
    /// Committed, not announced: Redis was away or had lost them.
    var held: [AlertID: JournalEntry] = [:]
  }

  private let state = Mutex(State())
  private let journal: any CooldownJournal
  private let metrics: EngineMetrics
  private let logger: Logger
  private let wake = Signal()
  private let limit: Int

  init(journal: any CooldownJournal, limit: Int, metrics: EngineMetrics, logger: Logger) {
    self.journal = journal
    self.limit = limit
    self.metrics = metrics
    self.logger = logger
  }

  /// Announces alerts, together with what others want announced.
  /// - Returns: false where Redis could not be asked: then they are held, and announced when it is back
  func announce(_ entries: [JournalEntry]) async -> Bool {
    await withCheckedContinuation { waiter in
      state.withLock { $0.queue.append(Submission(entries: entries, waiter: waiter)) }
      wake.send()
    }
  }

  /// How many alerts wait for Redis to come back.
  var heldCount: Int { state.withLock { $0.held.count } }

  /// Announces what is held. Call it when Redis is back and the node works in its epoch.
  /// - Throws: when Redis went away again: what is left stays held
  func announceHeld() async throws(StoreError) {
    while true {
      let entries = state.withLock { Array($0.held.values.prefix(limit)) }
      guard !entries.isEmpty else { return }
      let ordered = entries.sorted { $0.alertID < $1.alertID }
      try await journal.reenter(ordered)
      try await journal.announce(ordered.map(\.alertID))
      state.withLock { for entry in ordered { $0.held[entry.alertID] = nil } }
    }
  }

  /// Announces until the service shuts down; then what waits is still announced.
  public func run() async throws {
    await withGracefulShutdownHandler {
      for await _ in wake.signals { await announceAll() }
      await announceAll()
    } onGracefulShutdown: {
      self.wake.finish()
    }
  }

  private func announceAll() async {
    while true {
      let taken = state.withLock { state in
        var rows = 0
        var count = 0
        while count < state.queue.count, count == 0 || rows + state.queue[count].entries.count <= limit {
          rows += state.queue[count].entries.count
          count += 1
        }
        let taken = Array(state.queue[..<count])
        state.queue.removeFirst(count)
        return taken
      }
      guard !taken.isEmpty else { return }
      let start = ContinuousClock.now
      do {
        try await journal.announce(taken.flatMap { $0.entries.map(\.alertID) })
        metrics.announce.observe(ContinuousClock.now - start)
        for submission in taken { submission.waiter.resume(returning: true) }
      } catch {
        logger.warning("alerts could not be announced yet", metadata: ["error": "\(error)"])
        state.withLock { state in
          for entry in taken.flatMap(\.entries) { state.held[entry.alertID] = entry }
        }
        for submission in taken { submission.waiter.resume(returning: false) }
      }
    }
  }
}
