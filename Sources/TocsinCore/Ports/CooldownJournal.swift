/// What must be agreed on within milliseconds: who may raise an alert, and which alerts are on their way.
///
/// Every method that changes something carries the epoch that the adapter knows and throws
/// ``StoreError/Code/stale`` where the server has another one or none; then nothing was done. After
/// ``StoreError/Code/unavailable`` it is not known whether the request was carried out; each method says why
/// repeating it does no harm.
package protocol CooldownJournal: Sendable {
  /// In one step: takes the cooldown of each claim, and enters each one that was won in the journal.
  ///
  /// A claim wins if its entity has no cooldown under that rule, one of another incarnation of the rule, or one
  /// that began longer ago than the claim's own length; a length of 0 always wins and leaves no cooldown.
  /// Two equal claims in one call are taken in order: the second one loses. Where something that is no cooldown is kept
  /// for the entity, the claim wins, but is ``ClaimOutcome/unconfirmed(_:)``.
  /// - Returns: one outcome for each claim, in the same order
  /// - Throws: ``StoreError/Code/full`` when journal and unwritten alerts hold their limit; `unavailable`, after which
  ///   claims may have been won and are then finished by the keeper
  func claim(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome]

  /// Returns what ``claim(_:)`` would return at this moment, and changes nothing. The claims' entries do not matter.
  /// - Throws: as ``claim(_:)``
  func preview(_ claims: [Claim]) async throws(StoreError) -> [ClaimOutcome]

  /// Takes back a claim that was won but must not count (see ``ClaimOutcome/unconfirmed(_:)``): it leaves the
  /// journal, and its entity's cooldown becomes the earlier alert's, if it still is this claim's.
  func retract(_ claim: Claim, inFavourOf earlier: RunningCooldown) async throws(StoreError)

  /// In one step: those of the alerts that still stand in the journal leave it, are appended to the event log and
  /// published, in the given order. The others were announced already: nothing happens to them.
  /// - Returns: how many were published
  @discardableResult
  func announce(_ alerts: [AlertID]) async throws(StoreError) -> Int

  /// Like ``announce(_:)``, for alerts that are not in PostgreSQL yet: they move from the journal to `unwritten`.
  /// - Returns: how many were published
  @discardableResult
  func announceUnwritten(_ alerts: [AlertID]) async throws(StoreError) -> Int

  /// Enters alerts that this node holds unannounced again, after the server may have lost them; those that stand
  /// in the journal or in the event log are left as they are.
  func reenter(_ entries: [JournalEntry]) async throws(StoreError)

  /// Removes an alert that PostgreSQL refuses from the journal and from `unwritten`, releases its cooldown if it is
  /// still its own, and keeps it with the reason in a dead-letter stream.
  func bury(_ alert: AlertID, rule: String, entity: Entity, tenant: Tenant, reason: String) async throws(StoreError)

  /// Moves entries of the journal and of `unwritten` that no release can read to the dead letters, with that reason. Their
  /// cooldowns stay.
  func discard(_ alerts: [AlertID], reason: String) async throws(StoreError)

  /// Entries of the journal that are older than so many milliseconds of the server's time, oldest first. What a newer
  /// release wrote is passed over; what is no entry at all goes to the dead letters.
  func overdue(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [JournalEntry]

  /// Alerts that were announced but are not in PostgreSQL yet, oldest first; otherwise as ``overdue(olderThan:limit:)``.
  func unwritten(limit: Int) async throws(StoreError) -> [JournalEntry]

  /// Says that these alerts are in PostgreSQL now: they leave `unwritten`.
  func written(_ alerts: [AlertID]) async throws(StoreError)

  /// Where these alerts stand, in their order.
  func standing(of alerts: [AlertID]) async throws(StoreError) -> [JournalStanding]

  /// How many alerts wait in the journal and in `unwritten`. Cheap: the server keeps these numbers.
  func backlog() async throws(StoreError) -> JournalBacklog

  /// In one step: appends and publishes those changes whose id has not been announced within the last hour.
  /// - Returns: how many were published
  @discardableResult
  func announce(changes: [AlertChange]) async throws(StoreError) -> Int

  /// In one step: appends and publishes these envelopes. After `unavailable` they may or may not have been.
  func announce(updates: [[UInt8]]) async throws(StoreError)

  /// Takes or renews the keeper's lease for this node.
  /// - Returns: whether this node holds it now
  func holdKeeperLease(node: String, milliseconds: Int64) async throws(StoreError) -> Bool

  /// The server's time, estimated from its answers on a monotonic clock: costs nothing.
  func now() -> Timestamp
}

/// A request to be the one who raises an alert.
package struct Claim: Sendable, Hashable {
  /// What goes into the journal.
  package var entry: JournalEntry
  /// Whose alert it will be.
  package var tenant: Tenant
  /// The rule that speaks.
  package var ruleID: String
  /// The rule's incarnation.
  package var incarnation: String
  /// What it speaks about.
  package var entity: Entity
  /// The rule's cooldown.
  package var cooldownMilliseconds: Int64

  /// A claim of these parts.
  package init(
    entry: JournalEntry, tenant: Tenant, ruleID: String, incarnation: String, entity: Entity,
    cooldownMilliseconds: Int64
  ) {
    self.entry = entry
    self.tenant = tenant
    self.ruleID = ruleID
    self.incarnation = incarnation
    self.entity = entity
    self.cooldownMilliseconds = cooldownMilliseconds
  }
}

/// What became of a claim.
package enum ClaimOutcome: Sendable, Hashable {
  /// It was won.
  case won
  /// It was won, but counts only where PostgreSQL has no alert that it repeats: look it up there.
  case unconfirmed(ClaimDoubt)
  /// It was lost; nothing was entered.
  case lost(ClaimLoss)
}

/// Why a claim that was won may repeat an alert.
package enum ClaimDoubt: Sendable, Hashable {
  /// Cooldowns are being restored from PostgreSQL.
  case restoring
  /// What is kept as the cooldown is none.
  case unreadable
}

/// Why a claim was lost.
package enum ClaimLoss: Sendable, Hashable {
  /// The cooldown runs.
  /// - Parameters:
  ///   - firedAt: when it began
  ///   - alertID: the alert that began it; nil where what is kept names none
  case cooldown(firedAt: Timestamp, alertID: AlertID?)
  /// A node of a newer release keeps the cooldown, in a form that this release cannot read.
  case newerRelease
}

/// An alert on its way: its id, and its envelope's bytes (``EventEnvelope``).
package struct JournalEntry: Sendable, Hashable {
  /// The alert.
  package var alertID: AlertID
  /// Its envelope, encoded.
  package var envelope: [UInt8]

  /// An entry of these parts.
  package init(alertID: AlertID, envelope: [UInt8]) {
    self.alertID = alertID
    self.envelope = envelope
  }
}

/// Where an alert stands on its way.
package enum JournalStanding: Sendable, Hashable {
  /// In the journal: claimed, not yet announced.
  case journal
  /// Announced, but not in PostgreSQL yet.
  case unwritten
  /// In neither.
  case none
}

/// How many alerts wait.
package struct JournalBacklog: Sendable, Hashable {
  /// Claimed, not yet announced.
  package var journal: Int
  /// Announced, but not in PostgreSQL yet.
  package var unwritten: Int
  /// How many both may hold together before claims are refused.
  package var limit: Int

  /// A backlog of these numbers.
  package init(journal: Int, unwritten: Int, limit: Int) {
    self.journal = journal
    self.unwritten = unwritten
    self.limit = limit
  }
}

/// An acknowledgement or a resolution that is committed and has to be announced.
package struct AlertChange: Sendable, Hashable {
  /// The change's own id: it is announced once.
  package var changeID: AlertID
  /// Its envelope, encoded.
  package var envelope: [UInt8]

  /// A change of these parts.
  package init(changeID: AlertID, envelope: [UInt8]) {
    self.changeID = changeID
    self.envelope = envelope
  }
}
