/// A delivery that is due: one alert, one cause, one target.
package struct PlannedDelivery: Sendable, Hashable {
  /// Its id; made from the other parts.
  package var id: DeliveryID
  /// What is delivered.
  package var alertID: AlertID
  /// Why.
  package var cause: DeliveryCause
  /// Where to.
  package var target: TargetName
  /// How.
  package var channel: DeliveryChannel
  /// Whether it waits for whoever takes it up, where otherwise the node that commits it holds its lease and sends it at
  /// once.
  package var waits = false

  /// The delivery of these parts.
  package init(alertID: AlertID, cause: DeliveryCause, target: TargetName, channel: DeliveryChannel) {
    id = DeliveryID(alert: alertID, cause: cause, target: target)
    self.alertID = alertID
    self.cause = cause
    self.target = target
    self.channel = channel
  }
}

/// Where a delivery stands.
package enum DeliveryState: String, Sendable, Hashable, CaseIterable {
  /// Nothing was tried yet.
  case pending
  /// A node holds its lease.
  case sending
  /// It failed, and will be tried again.
  case retrying
  /// The other side has taken it.
  case delivered
  /// It was given up; it can be replayed.
  case dead
  /// Its alert was resolved before anything was sent.
  case cancelled

  /// Whether nothing will be done any more.
  package var isFinal: Bool {
    switch self {
    case .pending, .sending, .retrying: false
    case .delivered, .dead, .cancelled: true
    }
  }
}

/// A delivery as it is kept.
package struct Delivery: Sendable, Hashable {
  /// What, why, where to, how.
  package var planned: PlannedDelivery
  /// Where it stands.
  package var state: DeliveryState
  /// How many attempts were made.
  package var attempts: Int
  /// When it was committed with its cause, by PostgreSQL's clock.
  package var createdAt: Timestamp
  /// When it is tried next, or, while a node holds its lease, when the lease ends; nil once it is final.
  package var dueAt: Timestamp?
  /// When it became final.
  package var finishedAt: Timestamp?
  /// Which node holds the lease.
  package var lockedBy: String?
  /// What the last attempt that failed said; holds no secret.
  package var lastError: String?
  /// The newest attempts, oldest first: at most ``keptAttempts``.
  package var history: [Attempt]

  /// How many attempts are kept.
  package static let keptAttempts = 20

  /// One attempt.
  package struct Attempt: Sendable, Hashable {
    /// The first attempt has number 1.
    package var number: Int
    /// When it ended, by PostgreSQL's clock.
    package var at: Timestamp
    /// Which node made it.
    package var node: String
    /// `delivered`, `retryable` or `permanent`.
    package var outcome: String
    /// The other side's status: HTTP's or SMTP's.
    package var status: Int?
    /// How long it took, in milliseconds.
    package var milliseconds: Int
    /// What went wrong.
    package var error: String?

    /// An attempt of these parts.
    package init(
      number: Int, at: Timestamp, node: String, outcome: String, status: Int?, milliseconds: Int, error: String?
    ) {
      self.number = number
      self.at = at
      self.node = node
      self.outcome = outcome
      self.status = status
      self.milliseconds = milliseconds
      self.error = error
    }
  }

  /// A delivery of these parts.
  package init(
    planned: PlannedDelivery, state: DeliveryState, attempts: Int, createdAt: Timestamp, dueAt: Timestamp?,
    finishedAt: Timestamp?, lockedBy: String?, lastError: String?, history: [Attempt]
  ) {
    self.planned = planned
    self.state = state
    self.attempts = attempts
    self.createdAt = createdAt
    self.dueAt = dueAt
    self.finishedAt = finishedAt
    self.lockedBy = lockedBy
    self.lastError = lastError
    self.history = history
  }
}
