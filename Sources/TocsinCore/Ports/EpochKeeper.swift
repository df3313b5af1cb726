/// The epoch: one life of what Redis holds. A server that lost its data starts a new one.
package protocol EpochKeeper: Sendable {
  /// The epoch that this node works in, or nil before it knows one.
  var epoch: String? { get }

  /// Works in that epoch from now on.
  func adopt(epoch: String)

  /// The server may be another one, which lacks what the last one had: until ``adopt(epoch:)`` everything that carries
  /// the epoch throws ``StoreError/Code/stale``.
  func suspend()

  /// The epoch of the server, or nil where it has none.
  func serverEpoch() async throws(StoreError) -> String?

  /// Takes the lock under which one node restores; it expires by itself.
  /// - Returns: whether this node has it now
  func holdRestoreLock(node: String, milliseconds: Int64) async throws(StoreError) -> Bool

  /// Begins a new epoch on the server, in which claims need confirmation until ``finishRestore(of:)``.
  /// Journal, unwritten alerts and event log stay as they are.
  func begin(epoch: String) async throws(StoreError)

  /// Writes cooldowns; one that began later than what is there wins.
  func restore(_ cooldowns: [RunningCooldown]) async throws(StoreError)

  /// Says that all cooldowns of that epoch are restored; releases the lock.
  func finishRestore(of epoch: String, node: String) async throws(StoreError)

  /// Gives the lock back, if this node has it: another one may be able to restore.
  func releaseRestoreLock(node: String) async throws(StoreError)

  /// Whether cooldowns are still being restored.
  func isRestoring() async throws(StoreError) -> Bool
}

/// A cooldown that has not passed yet.
package struct RunningCooldown: Sendable, Hashable {
  /// Whose alert began it.
  package var tenant: Tenant
  /// The rule that spoke.
  package var ruleID: String
  /// The incarnation of the rule that spoke.
  package var incarnation: String
  /// What it spoke about.
  package var entity: Entity
  /// The alert that began it; its id says when.
  package var alertID: AlertID
  /// How long it lasts from the alert on.
  package var lengthMilliseconds: Int64

  /// A cooldown of these parts.
  package init(
    tenant: Tenant, ruleID: String, incarnation: String, entity: Entity, alertID: AlertID, lengthMilliseconds: Int64
  ) {
    self.tenant = tenant
    self.ruleID = ruleID
    self.incarnation = incarnation
    self.entity = entity
    self.alertID = alertID
    self.lengthMilliseconds = lengthMilliseconds
  }
}

extension RunningCooldown {
  /// The cooldown that a claim is for, begun by another alert.
  package init(of claim: Claim, begunBy alertID: AlertID) {
    self.init(
      tenant: claim.tenant, ruleID: claim.ruleID, incarnation: claim.incarnation, entity: claim.entity,
      alertID: alertID, lengthMilliseconds: claim.cooldownMilliseconds)
  }
}
