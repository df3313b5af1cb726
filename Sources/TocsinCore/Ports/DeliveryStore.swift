/// Where deliveries are kept with what caused them: PostgreSQL. Rows are leased to nodes: who holds the lease may send;
/// once it ran out, any node may take the row. All times are PostgreSQL's.
///
/// Rows come into being with their causes (``AlertStore/insert(_:)``, ``AlertStore/apply(_:to:by:tenant:plan:)``) and
/// as fallbacks (``complete(_:)``). Of the rows of one alert to one target only the earliest unfinished one
/// (``DeliveryCause/sequence``) is ever leased.
package protocol DeliveryStore: Sendable {
  /// How long a lease lasts from the moment at which PostgreSQL writes it.
  var leaseDuration: Duration { get }

  /// Takes rows that are due: those whose time has come, and those whose lease ran out. Rows that somebody else takes
  /// at the same moment are passed over.
  ///
  /// Who let a lease run out may have made an attempt: such rows count as having got as far as the other side.
  /// - Parameters:
  ///   - limit: how many at most; a thousand where it is greater. Where there are more, those of the first targets are
  ///     taken
  ///   - wanted: whose rows may be taken, and how many of each, those first that have been due longest; others are left
  ///     for nodes that can send them
  /// - Returns: the rows with their alerts. Rows whose alert is gone are made dead instead; those that tell of the firing
  ///   of an alert that was resolved after they were made (or replayed), and never got as far as the other side, are
  ///   cancelled with all that waits behind them
  func lease(_ limit: Int, of wanted: [WantedDeliveries]) async throws(StoreError) -> LeasedDeliveries

  /// The targets of all unfinished deliveries. Cheap however many there are: it costs what the targets do.
  func queuedTargets() async throws(StoreError) -> [TargetName]

  /// Makes leases last from now on, of those rows that this node still holds: also where a lease has run out, but
  /// nobody else has taken the row.
  /// - Returns: those rows; the others belong to somebody else now, or are final
  func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID>

  /// Writes down what came of attempts, in one transaction, fallbacks included.
  ///
  /// A delivered result always counts, unless the row is final already; any other one only while this node still
  /// holds the row's lease. What does not count leaves no trace, and causes no fallbacks.
  ///
  /// A fallback is due at once, for anybody. It is left out where its target has a row of that alert already (it was
  /// told, or will be), and where the alert is resolved or gone.
  /// - Parameter results: at most one for each delivery
  /// - Returns: for each alert whose `notification_status` is another one than before, the new one
  func complete(_ results: [DeliveryResult]) async throws(StoreError) -> [StatusChange]

  /// Lets go of those of these rows that this node still holds, and has not tried: anybody may take them after that
  /// time.
  func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError)

  /// Gives those of these rows that this node still holds, and what waits behind them, to another target of their
  /// receiver: they are due there at once, under the ids that they have. Left as it is: what that target has a row of
  /// already, and news that it is not told.
  /// - Parameters:
  ///   - deliveries: all to one target
  ///   - target: another one of the same receiver
  ///   - causes: what it is notified of; `fallback` goes with `fired`
  /// - Returns: those that have the other target now
  func retarget(
    _ deliveries: [LeasedDelivery], to target: TargetName, told causes: Set<DeliveryCause.Kind>
  ) async throws(StoreError) -> Set<DeliveryID>

  /// A page of the deliveries that match, newest alert first; those of one alert in the order of their ids, greatest first.
  ///
  /// ``DeliveryQuery/before`` is the last delivery of the page before; each is on one page only, whatever is added in
  /// the meantime. Where that delivery is gone, the list goes on with alerts of an earlier millisecond than its own.
  /// Deliveries that this release cannot read are left out, and do not count for the limit.
  func page(_ query: DeliveryQuery, tenant: Tenant) async throws(StoreError) -> StoredPage<Delivery, DeliveryID>

  /// The delivery of that id, or nil.
  func delivery(_ id: DeliveryID, tenant: Tenant) async throws(StoreError) -> Delivery?

  /// Makes final deliveries pending again, due at once, with no attempts behind them and a new patience. Their
  /// history stays. Unfinished ones are left as they are.
  ///
  /// Dead and cancelled ones are meant; delivered ones only where the query names them, by ``DeliveryQuery/id`` or by
  /// ``DeliveryQuery/state``. The query's cursor and limit are of no account.
  /// - Parameter limit: how many at most, oldest first
  func replay(_ query: DeliveryQuery, limit: Int, tenant: Tenant) async throws(StoreError) -> ChangedDeliveries

  /// Says that this node knows these receivers, and makes rows dead that have been due for so long while no node said
  /// that it knows their receiver.
  /// - Returns: those that were made dead: a thousand at most; then there may be more
  func reportReceivers(_ names: [String], unknownAfterMilliseconds: Int64) async throws(StoreError) -> ChangedDeliveries

  /// Targets that want nothing any more, with the reasons.
  func disabledTargets() async throws(StoreError) -> [TargetName: String]

  /// Disables a target for all nodes, or enables it again (reason nil). Who disables first gives the reason.
  func disable(_ target: TargetName, reason: String?) async throws(StoreError)

  /// For metrics: how many are unfinished and dead, and how old the oldest unfinished one is. Cheap however many there
  /// are: counting ends at 100,000.
  func backlog() async throws(StoreError) -> DeliveryBacklog
}

/// Deliveries that a node would take up.
package struct WantedDeliveries: Sendable, Hashable {
  /// Where to.
  package var target: TargetName
  /// How many at most.
  package var limit: Int
  /// Only those that have been due for so long.
  package var overdueMilliseconds: Int64

  /// So many deliveries to that target.
  package init(_ target: TargetName, limit: Int, overdueMilliseconds: Int64 = 0) {
    self.target = target
    self.limit = limit
    self.overdueMilliseconds = overdueMilliseconds
  }
}

/// What was taken up.
package struct LeasedDeliveries: Sendable, Hashable {
  /// The deliveries to be sent, longest due first.
  package var deliveries: [LeasedDelivery]
  /// How many rows of each target were due, with those that are not to be sent after all.
  package var counts: [TargetName: Int]
  /// Alerts of which something was cancelled: their `notification_status` may be another one now.
  package var cancelled: Set<AlertKey>

  /// What was taken up, if anything.
  package init(
    deliveries: [LeasedDelivery] = [], counts: [TargetName: Int] = [:], cancelled: Set<AlertKey> = []
  ) {
    self.deliveries = deliveries
    self.counts = counts
    self.cancelled = cancelled
  }
}

/// Deliveries whose state was changed.
package struct ChangedDeliveries: Sendable, Hashable {
  /// How many.
  package var count: Int
  /// Alerts whose `notification_status` may be another one now.
  package var alerts: Set<AlertKey>
  /// How many go to which target; only of a replay.
  package var targets: [DeliveryTarget: Int]

  /// So many deliveries, of these alerts, to these targets.
  package init(count: Int = 0, alerts: Set<AlertKey> = [], targets: [DeliveryTarget: Int] = [:]) {
    self.count = count
    self.alerts = alerts
    self.targets = targets
  }
}

/// Where a delivery goes, and how.
package struct DeliveryTarget: Sendable, Hashable {
  /// The target.
  package var name: TargetName
  /// How it is reached.
  package var channel: DeliveryChannel

  /// A target of that name and channel.
  package init(name: TargetName, channel: DeliveryChannel) {
    self.name = name
    self.channel = channel
  }
}

/// A delivery whose lease a node holds, with all that is needed to send it.
package struct LeasedDelivery: Sendable, Hashable {
  /// What, why, where to, how.
  package var planned: PlannedDelivery
  /// What is sent.
  package var alert: Alert
  /// Whose it is.
  package var tenant: Tenant
  /// How many attempts were made before.
  package var attempts: Int
  /// How long ago it was committed, or replayed, in milliseconds.
  package var ageMilliseconds: Int64
  /// Who needs no further attempt: the ``DeliveryResult/progress`` of the newest attempt.
  package var progress: DeliveryProgress

  /// A leased delivery of these parts; one that was committed just now unless told otherwise.
  package init(
    planned: PlannedDelivery, alert: Alert, tenant: Tenant, attempts: Int = 0, ageMilliseconds: Int64 = 0,
    progress: DeliveryProgress = DeliveryProgress()
  ) {
    self.planned = planned
    self.alert = alert
    self.tenant = tenant
    self.attempts = attempts
    self.ageMilliseconds = ageMilliseconds
    self.progress = progress
  }
}

/// What came of an attempt, and what follows.
package struct DeliveryResult: Sendable, Hashable {
  /// Which delivery.
  package var id: DeliveryID
  /// Its alert.
  package var alertID: AlertID
  /// Whose it is.
  package var tenant: Tenant
  /// What came of it.
  package var outcome: DeliveryOutcome
  /// What follows.
  package var settlement: RetryPolicy.Settlement
  /// How long the attempt took, in milliseconds.
  package var milliseconds: Int
  /// What becomes due because of it.
  package var fallbacks: [PlannedDelivery]
  /// Who needs no further attempt, by this attempt and those before; kept until it is delivered, also while it is dead.
  package var progress: DeliveryProgress

  /// A result of these parts.
  package init(
    id: DeliveryID, alertID: AlertID, tenant: Tenant, outcome: DeliveryOutcome, settlement: RetryPolicy.Settlement,
    milliseconds: Int, fallbacks: [PlannedDelivery] = [], progress: DeliveryProgress = DeliveryProgress()
  ) {
    self.id = id
    self.alertID = alertID
    self.tenant = tenant
    self.outcome = outcome
    self.settlement = settlement
    self.milliseconds = milliseconds
    self.fallbacks = fallbacks
    self.progress = progress
  }
}

/// An alert's new `notification_status`: what its deliveries say, without `database` and `websocket`.
package struct StatusChange: Sendable, Hashable {
  /// The alert.
  package var alertID: AlertID
  /// Whose it is.
  package var tenant: Tenant
  /// What ``NotificationStatus/Tally`` says.
  package var status: NotificationStatus

  /// A status of these parts.
  package init(alertID: AlertID, tenant: Tenant, status: NotificationStatus) {
    self.alertID = alertID
    self.tenant = tenant
    self.status = status
  }
}

/// Which deliveries are asked for.
package struct DeliveryQuery: Sendable, Hashable {
  /// Only this one.
  package var id: DeliveryID?
  /// Only deliveries of that alert.
  package var alertID: AlertID?
  package var receiver: String?
  /// Only deliveries of alerts of one of these campaigns; empty for any.
  package var campaignIDs: [String]
  /// Only deliveries in one of these states; empty for any.
  package var states: [DeliveryState]
  /// Only deliveries of alerts that fired at or after that moment.
  package var since: Timestamp?
  /// Only deliveries of alerts that fired before that moment.
  package var until: Timestamp?
  /// Only deliveries before this one in the order of the list (a cursor).
  package var before: DeliveryID?
  /// 1 to 1,001.
  package var limit: Int

  /// A query of these parts.
  package init(
    id: DeliveryID? = nil, alertID: AlertID? = nil, receiver: String? = nil, campaignIDs: [String] = [],
    states: [DeliveryState], since: Timestamp? = nil, until: Timestamp? = nil, before: DeliveryID? = nil,
    limit: Int = 100
  ) {
    self.id = id
    self.alertID = alertID
    self.receiver = receiver
    self.campaignIDs = campaignIDs
    self.states = states
    self.since = since
    self.until = until
    self.before = before
    self.limit = limit
  }

  /// A query of one state, or of any.
  package init(
    id: DeliveryID? = nil, alertID: AlertID? = nil, receiver: String? = nil, state: DeliveryState? = nil,
    before: DeliveryID? = nil, limit: Int = 100
  ) {
    self.init(
      id: id, alertID: alertID, receiver: receiver, states: state.map { [$0] } ?? [], before: before, limit: limit)
  }
}

/// How much waits.
package struct DeliveryBacklog: Sendable, Hashable {
  /// Unfinished deliveries.
  package var unfinished: Int
  /// Deliveries that were given up.
  package var dead: Int
  /// How long ago the oldest unfinished one was committed, or replayed, in milliseconds; 0 where there is none.
  package var oldestMilliseconds: Int64

  /// A backlog of these figures.
  package init(unfinished: Int, dead: Int, oldestMilliseconds: Int64) {
    self.unfinished = unfinished
    self.dead = dead
    self.oldestMilliseconds = oldestMilliseconds
  }
}
