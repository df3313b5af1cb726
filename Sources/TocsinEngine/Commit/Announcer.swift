import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Announces alerts that are in PostgreSQL, in groups, and keeps those that could not be announced until they can.
public final class Announcer: Service {
  /// Committed, not announced: Redis was away or had lost them.
  private let held = Mutex<[AlertID: JournalEntry]>([:])
  private let journal: any CooldownJournal
  private let logger: Logger
  private let batcher: Batcher<AlertID, Void>
  private let limit: Int

  init(journal: any CooldownJournal, limit: Int, metrics: EngineMetrics, logger: Logger) {
    self.journal = journal
    self.limit = limit
    self.logger = logger
    batcher = Batcher(limit: limit, lanes: 1) { alerts async throws(StoreError) in
      let start = ContinuousClock.now
      let published = try await journal.announce(alerts)
      metrics.announce.observe(ContinuousClock.now - start)
      guard published == alerts.count else {
        // Somebody else announced them, or the server lost them: holding them finds out which.
        throw StoreError(.stale, backend: "redis", message: "journal entries are gone")
      }
      return alerts.map { _ in () }
    }
  }

  /// Announces alerts, together with what others want announced.
  /// - Returns: false where Redis could not be asked: then they are held, and announced when it is back
  func announce(_ entries: [JournalEntry]) async -> Bool {
    do {
      _ = try await batcher.submit(entries.map(\.alertID))
      return true
    } catch {
      logger.debug("alerts could not be announced yet", metadata: ["error": "\(error)"])
      held.withLock { held in
        for entry in entries { held[entry.alertID] = entry }
      }
      return false
    }
  }

  /// How many alerts wait for Redis to come back.
  var heldCount: Int { held.withLock { $0.count } }

  /// The alerts that wait for Redis to come back.
  var heldEntries: [JournalEntry] { held.withLock { Array($0.values) } }

  /// Announces what is held. Call it when Redis is back and the node works in its epoch.
  /// - Throws: when Redis went away again: what is left stays held
  func announceHeld() async throws(StoreError) {
    while true {
      let entries = held.withLock { Array($0.values.prefix(limit)) }
      guard !entries.isEmpty else { return }
      let ordered = entries.sorted { $0.alertID < $1.alertID }
      try await journal.reenter(ordered)
      try await journal.announce(ordered.map(\.alertID))
      held.withLock { held in
        for entry in ordered { held[entry.alertID] = nil }
      }
    }
  }

  /// Announces until the service shuts down; then what waits is still announced.
  public func run() async throws {
    await withGracefulShutdownHandler {
      await batcher.run()
    } onGracefulShutdown: {
      self.batcher.finish()
    }
  }
}
