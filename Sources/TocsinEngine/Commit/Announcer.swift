import Logging
import Synchronization
import TocsinCore

/// Announces alerts that are in PostgreSQL, and keeps those that could not be announced until they can.
final class Announcer: Sendable {
  /// Committed, not announced: Redis was away or had lost them.
  private let held = Mutex<[AlertID: JournalEntry]>([:])
  private let journal: any CooldownJournal
  private let metrics: EngineMetrics
  private let logger: Logger
  private let limit: Int

  /// - Parameter limit: how many held alerts are announced at once
  init(journal: any CooldownJournal, limit: Int, metrics: EngineMetrics, logger: Logger) {
    self.journal = journal
    self.limit = limit
    self.metrics = metrics
    self.logger = logger
  }

  /// Announces alerts.
  /// - Returns: false where Redis could not be asked, or had fewer entries than were named (somebody else announced
  ///   them, or the server lost them; holding them finds out which): then they are held, and announced when it is back
  func announce(_ entries: [JournalEntry]) async -> Bool {
    let start = ContinuousClock.now
    do {
      if try await journal.announce(entries.map(\.alertID)) == entries.count {
        metrics.announce.observe(ContinuousClock.now - start)
        return true
      }
      logger.debug("alerts were not in the journal any more")
    } catch {
      logger.debug("alerts could not be announced yet", metadata: ["error": "\(error)"])
    }
    held.withLock { held in
      for entry in entries { held[entry.alertID] = entry }
    }
    return false
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
}
