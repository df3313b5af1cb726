import Logging
import Synchronization
import TocsinCore
import TocsinMetrics

/// Announces alerts that are in PostgreSQL, and keeps those that could not be announced until they can.
final class Announcer: Sendable {
  private let unannounced = Mutex(UnannouncedAlerts())
  private let journal: any CooldownJournal
  private let clock: any EngineClock
  private let metrics: EngineMetrics
  private let logger: Logger
  private let limit: Int

  /// - Parameter limit: how many held alerts are announced at once
  init(
    journal: any CooldownJournal, limit: Int, clock: any EngineClock, metrics: EngineMetrics, logger: Logger
  ) {
    self.journal = journal
    self.clock = clock
    self.limit = limit
    self.metrics = metrics
    self.logger = logger
  }

  /// Announces alerts.
  /// - Returns: false where Redis could not be asked, or had fewer entries than were named (somebody else announced
  ///   them, or the server lost them; holding them finds out which): then they are held, and announced when it is back
  func announce(_ entries: [JournalEntry]) async -> Bool {
    let start = clock.now
    do {
      if try await journal.announce(entries.map(\.alertID)) == entries.count {
        metrics.announce.observe(clock.now - start)
        return true
      }
      logger.debug("alerts were not in the journal any more")
    } catch {
      logger.debug("alerts could not be announced yet", metadata: ["error": "\(error)"])
    }
    unannounced.withLock { $0.hold(entries) }
    return false
  }

  /// Claims were won: until ``end(_:)`` this node answers for the alerts.
  func begin(_ entries: [JournalEntry]) {
    unannounced.withLock { $0.begin(entries) }
  }

  /// The callers are answered.
  func end(_ entries: [JournalEntry]) {
    unannounced.withLock { $0.end(entries) }
  }

  /// Leaves alerts to the keeper that could neither be committed in time nor announced: once Redis is back, the journal
  /// has them, even if it had lost them.
  func leave(_ entries: [JournalEntry]) {
    unannounced.withLock { $0.leave(entries) }
  }

  /// How many alerts wait for Redis to come back.
  var heldCount: Int { unannounced.withLock { $0.waitingCount } }

  /// The alerts that Redis, if it loses its data, can get back from this node only.
  var unannouncedEntries: [JournalEntry] { unannounced.withLock { $0.entries } }

  /// Announces what is held, and sees that the journal has what was left to the keeper. Call it when Redis is back and the
  /// node works in its epoch.
  /// - Throws: when Redis went away again: what is not done stays as it was
  func settle() async throws(StoreError) {
    while true {
      let left = unannounced.withLock { $0.left(limit: limit) }
      guard !left.isEmpty else { break }
      try await journal.reenter(left)
      unannounced.withLock { $0.settled(left) }
    }
    while true {
      let held = unannounced.withLock { $0.held(limit: limit) }
      guard !held.isEmpty else { return }
      try await journal.reenter(held)
      try await journal.announce(held.map(\.alertID))
      unannounced.withLock { $0.settled(held) }
    }
  }
}
