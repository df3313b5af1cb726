/// Where alerts are kept for good: PostgreSQL.
package protocol AlertStore: Sendable {
  /// In one transaction: inserts those alerts that are not there yet, counts them in the roll-ups, and adds the
  /// deliveries that they cause: leased to this node, but for those that are to wait (``PlannedDelivery/waits``).
  /// - Returns: which alerts were inserted, and with them their deliveries
  /// - Throws: ``StoreError/Code/data`` when one of them is refused: then none was inserted
  @discardableResult
  func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> InsertedAlerts

  /// The alert of that id, or nil.
  func alert(_ id: AlertID, tenant: Tenant) async throws(StoreError) -> Alert?

  /// The alerts of these keys that are there and can be read, in any order.
  func alerts(_ keys: [AlertKey]) async throws(StoreError) -> [StoredAlert]

  /// A page of the alerts that match, newest first. Those that this release cannot read are left out, and do not count for
  /// the limit.
  func page(_ query: AlertQuery, tenant: Tenant) async throws(StoreError) -> StoredPage<Alert, AlertID>

  /// How many alerts there are, of what kind and in what state.
  func statistics(campaignID: String?, tenant: Tenant) async throws(StoreError) -> AlertStatistics

  /// Acknowledges or resolves, unless the alert's state forbids it (``AlertState``): the change, its roll-ups, the
  /// note that it has to be announced and the deliveries that it causes are one transaction, so of many at once exactly
  /// one is applied.
  ///
  /// Of what `plan` names those deliveries are added whose target has been told of the alert, or is about to be: it has
  /// an earlier delivery of it that is unfinished, or delivered, or was given up though it may have arrived. A
  /// resolution first cancels deliveries that were never tried, or never got as far as the other side; what a node is
  /// just sending is left.
  ///
  /// A delivery is leased to this node at once, unless an earlier one to the same target is unfinished; then it is
  /// pending behind it.
  /// - Parameter plan: the deliveries that the changed alert causes; not asked where nobody was to be told that it fired
  /// - Returns: nil where there is no such alert
  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction?

  /// Committed changes that have not been announced for so many milliseconds, oldest first.
  func unannouncedChanges(olderThan milliseconds: Int64, limit: Int) async throws(StoreError) -> [AlertChange]

  /// Says that these changes are announced.
  func announced(changes: [AlertID]) async throws(StoreError)

  /// For each entity and rule with a cooldown that has not passed at that moment, the newest alert; in pages.
  /// The lengths are those of the given rules; a rule that is not among them, or of another incarnation, has none.
  func runningCooldowns(of rules: RuleSnapshot, at now: Timestamp) -> any AsyncSequence<[RunningCooldown], any Error>

  /// The newest alert of that rule, incarnation and entity that fired at or after that moment, or nil.
  func newestAlert(
    ruleID: String, incarnation: String, entity: Entity, tenant: Tenant, since: Timestamp
  )
    async throws(StoreError) -> AlertID?

  /// Finds out whether alerts can be inserted now: inserts one and takes it back.
  /// - Throws: with ``StoreError/shortage`` where the server is there and lacks something
  func checkWrites() async throws(StoreError)
}

/// An alert, whose it is, and who is to be told.
package struct StoredAlert: Sendable, Hashable {
  /// The alert.
  package var alert: Alert
  /// Whose it is.
  package var tenant: Tenant
  /// The deliveries that its firing causes.
  package var deliveries: [PlannedDelivery]

  /// An alert of that tenant.
  package init(alert: Alert, tenant: Tenant, deliveries: [PlannedDelivery] = []) {
    self.alert = alert
    self.tenant = tenant
    self.deliveries = deliveries
  }
}

/// Which alerts of a batch were not there before.
package struct InsertedAlerts: Sendable, Hashable {
  /// How many.
  package var count: Int
  /// Those of them that cause deliveries.
  package var withDeliveries: Set<AlertID>

  /// Alerts that were inserted.
  package init(count: Int, withDeliveries: Set<AlertID> = []) {
    self.count = count
    self.withDeliveries = withDeliveries
  }
}

/// Which alerts are asked for, and which part of their list.
package struct AlertQuery: Sendable, Hashable {
  package var filter: AlertFilter
  /// Resolved ones too.
  package var includesResolved: Bool
  /// Only alerts older than this one (a cursor).
  package var before: AlertID?
  /// How many at most: 1 to 1,000.
  package var limit: Int

  /// A query of these parts.
  package init(
    _ filter: AlertFilter = AlertFilter(), includesResolved: Bool = false, before: AlertID? = nil, limit: Int = 100
  ) {
    self.filter = filter
    self.includesResolved = includesResolved
    self.before = before
    self.limit = limit
  }
}

/// Counts of alerts. Zeros are left out of the dictionaries.
package struct AlertStatistics: Sendable, Hashable {
  package var total: Int
  /// Not resolved.
  package var active: Int
  /// Acknowledged at some time, resolved ones included.
  package var acknowledged: Int
  package var resolved: Int
  /// By the types' wire names; also names that this release does not know.
  package var byType: [String: Int]
  /// By the severities' wire names; also names that this release does not know.
  package var bySeverity: [String: Int]

  /// Counts of these figures.
  package init(
    total: Int = 0, active: Int = 0, acknowledged: Int = 0, resolved: Int = 0, byType: [String: Int] = [:],
    bySeverity: [String: Int] = [:]
  ) {
    self.total = total
    self.active = active
    self.acknowledged = acknowledged
    self.resolved = resolved
    self.byType = byType
    self.bySeverity = bySeverity
  }
}

/// What became of an acknowledgement or a resolution.
package struct AppliedAction: Sendable, Hashable {
  /// The alert as it is now.
  package var alert: Alert
  /// What has to be announced, or nil where nothing changed.
  package var change: AlertChange?
  /// The deliveries that it caused and whose lease this node holds.
  package var leased: [PlannedDelivery]

  /// A result of these parts.
  package init(alert: Alert, change: AlertChange?, leased: [PlannedDelivery] = []) {
    self.alert = alert
    self.change = change
    self.leased = leased
  }
}
