import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Finishes what nodes left behind: alerts that were claimed but not committed or announced, alerts that were
/// pushed while PostgreSQL was away, changes that were committed but not announced. One node does it at a time.
package final class JournalKeeper: Service {
  /// The keeper's times and sizes.
  struct Settings: Sendable {
    var interval: Duration = .seconds(1)
    /// Entries younger than this are left to the node that made them.
    var overdueMilliseconds: Int64 = 3000
    var leaseMilliseconds: Int64 = 5000
    var limit = 500
    /// Every so many rounds Redis' rules are compared with PostgreSQL's.
    var reconcileEvery = 5
  }

  private let node: String
  private let journal: any CooldownJournal
  private let store: any AlertStore
  private let insert: AlertInserter
  private let writer: AlertWriter
  private let rules: RuleSync
  private let settings: Settings
  private let clock: any EngineClock
  private let shortages: Shortages
  private let metrics: EngineMetrics
  private let logger: Logger

  init(
    node: String, journal: any CooldownJournal, store: any AlertStore, insert: AlertInserter, writer: AlertWriter,
    rules: RuleSync, settings: Settings, clock: any EngineClock, shortages: Shortages, metrics: EngineMetrics,
    logger: Logger
  ) {
    self.node = node
    self.journal = journal
    self.store = store
    self.insert = insert
    self.writer = writer
    self.rules = rules
    self.settings = settings
    self.clock = clock
    self.shortages = shortages
    self.metrics = metrics
    self.logger = logger
  }

  /// Looks after the journal until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var rounds = 0
      var hasFailed = false
      var watch = BacklogWatch()
      await every(self.settings.interval, clock: self.clock) {
        var isKeeper = false
        do throws(StoreError) {
          isKeeper = try await self.journal.holdKeeperLease(
            node: self.node, milliseconds: self.settings.leaseMilliseconds)
          if isKeeper {
            try await self.replay()
            if rounds % self.settings.reconcileEvery == 0 { try await self.rules.reconcile() }
          }
          hasFailed = false
        } catch {
          self.shortages.failed(error)
          // A node has yet to learn Redis' epoch at every start; if it cannot, `EpochRecovery` says so.
          let isStale = error.code == .stale
          self.logger.log(
            level: hasFailed || isStale || error.shortage != nil ? .debug : .warning,
            "the keeper could not finish its round",
            metadata: ["error": "\(error)"])
          if !isStale { hasFailed = true }
        }
        if let backlog = await self.measureBacklog(), isKeeper, watch.observed(backlog) { self.warn(of: backlog) }
        await self.lookForPostgres()
        rounds += 1
      }
    }
  }

  /// Finishes everything that is overdue.
  /// - Throws: when a server is away; what was not finished is taken up in the next round
  func replay() async throws(StoreError) {
    while true {
      let overdue = try await journal.overdue(olderThan: settings.overdueMilliseconds, limit: settings.limit)
      let alerts = try await readable(overdue)
      if overdue.isEmpty { break }
      let confirmed = try await confirm(alerts, entries: overdue)
      let refused = try await insert.insert(confirmed)
      let kept = confirmed.map(\.alert.alertID).filter { refused[$0] == nil }
      let published = try await journal.announce(kept)
      metrics.keeperReplayed.increment(by: published)
      if published > 0 {
        logger.info(
          "alerts that were left unfinished are announced", metadata: ["count": .stringConvertible(published)])
      }
      // What could be neither announced nor buried is tried again in the next round.
      let discarded = overdue.count - alerts.count
      if overdue.count < settings.limit || published + discarded == 0 { break }
    }
    while true {
      let unwritten = try await journal.unwritten(limit: settings.limit)
      let alerts = try await readable(unwritten)
      if unwritten.isEmpty { break }
      let refused = try await insert.insert(alerts)
      let kept = alerts.map(\.alert.alertID).filter { refused[$0] == nil }
      try await journal.written(kept)
      if kept.isEmpty && alerts.count == unwritten.count { break }
      logger.info("alerts that waited for PostgreSQL were written", metadata: ["count": .stringConvertible(kept.count)])
    }
    try await announceChanges()
  }

  /// Every node does this, not the keeper alone: so no node shows an old number after another one took the lease.
  private func measureBacklog() async -> JournalBacklog? {
    guard let backlog = try? await journal.backlog() else { return nil }
    metrics.journalEntries.set(Double(backlog.journal))
    metrics.unwrittenAlerts.set(Double(backlog.unwritten))
    return backlog
  }

  private func warn(of backlog: JournalBacklog) {
    logger.warning(
      "alerts pile up in Redis: once they reach the limit, checks that fire get 503",
      metadata: [
        "journal": .stringConvertible(backlog.journal), "unwritten": .stringConvertible(backlog.unwritten),
        "limit": .stringConvertible(backlog.limit),
      ])
  }

  /// A writer that has given PostgreSQL up does not ask it again by itself; every node does so here.
  private func lookForPostgres() async {
    guard writer.isAway else { return }
    let answer = try? await store.unannouncedChanges(olderThan: settings.overdueMilliseconds, limit: 1)
    if answer != nil { writer.postgresIsBack() }
  }

  /// Claims that were won while cooldowns were being restored, by a node that did not get to ask PostgreSQL whether they
  /// count: one that repeats an earlier alert within its cooldown is taken back. A rule that was changed since that
  /// earlier alert may have had a shorter cooldown then, so its claims count; unless the cooldown was made longer well
  /// before the claim.
  private func confirm(
    _ alerts: [StoredAlert], entries: [JournalEntry]
  ) async throws(StoreError) -> [StoredAlert] {
    let envelopes = Dictionary(entries.map { ($0.alertID, $0) }, uniquingKeysWith: { first, _ in first })
    var confirmed: [StoredAlert] = []
    for stored in alerts {
      let alert = stored.alert
      guard let rule = rules.rule(alert.ruleID, tenant: stored.tenant), rule.incarnation == alert.ruleIncarnation,
        rule.cooldownMilliseconds > 0, let entry = envelopes[alert.alertID],
        let earlier = try await store.newestAlert(
          ruleID: alert.ruleID, incarnation: alert.ruleIncarnation, entity: alert.entity, tenant: stored.tenant,
          since: alert.timestamp.advanced(by: -rule.cooldownMilliseconds)),
        earlier < alert.alertID,
        rule.updatedAt < earlier.timestamp
          || rule.cooldownLengthenedAt.map({ $0.advanced(by: 10_000) < alert.timestamp }) ?? false
      else {
        confirmed.append(stored)
        continue
      }
      let claim = Claim(
        entry: entry, tenant: stored.tenant, ruleID: rule.ruleID, incarnation: rule.incarnation,
        entity: alert.entity, cooldownMilliseconds: rule.cooldownMilliseconds)
      try await journal.retract(claim, inFavourOf: RunningCooldown(of: claim, begunBy: earlier))
    }
    return confirmed
  }

  private func announceChanges() async throws(StoreError) {
    while true {
      let changes = try await store.unannouncedChanges(
        olderThan: settings.overdueMilliseconds, limit: settings.limit)
      if changes.isEmpty { return }
      let published = try await journal.announce(changes: changes)
      try await store.announced(changes: changes.map(\.changeID))
      metrics.keeperReplayed.increment(by: published)
    }
  }

  /// The alerts of these entries. One that holds none goes to the dead letters: it would be met again in every round.
  private func readable(_ entries: [JournalEntry]) async throws(StoreError) -> [StoredAlert] {
    var damaged: [AlertID] = []
    var reason = ""
    let alerts = entries.compactMap { entry -> StoredAlert? in
      do {
        guard let envelope = EventEnvelope(decoding: entry.envelope) else {
          throw ValidationError(pointer: "", detail: "it is no event")
        }
        return StoredAlert(alert: try envelope.decodedAlert(), tenant: envelope.tenant)
      } catch {
        damaged.append(entry.alertID)
        reason = "\(error)"
        return nil
      }
    }
    guard let first = damaged.first else { return alerts }
    try await journal.discard(damaged, reason: "the entry holds no alert: \(reason)")
    metrics.deadLetters.increment(by: damaged.count)
    logger.error(
      "entries of the journal hold no alert; they went to the dead letters",
      metadata: ["alert_id": "\(first)", "count": .stringConvertible(damaged.count), "error": "\(reason)"])
    return alerts
  }
}
