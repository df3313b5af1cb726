/// What came of one attempt. A channel says it and does nothing about it: retrying has one owner.
package enum DeliveryOutcome: Sendable, Hashable {
  /// The other side has taken it.
  case delivered(status: Int?)
  /// Trying again later may help.
  case retryable(DeliveryFailure, after: Duration? = nil)
  /// Trying again is useless.
  case permanent(DeliveryFailure)
  /// The receiver refuses all further deliveries (HTTP 410): the target is disabled.
  case gone(DeliveryFailure)

  /// The word for the history and for metrics.
  package var name: String {
    switch self {
    case .delivered: "delivered"
    case .retryable: "retryable"
    case .permanent, .gone: "permanent"
    }
  }

  /// The other side's status, if it gave one.
  package var status: Int? {
    switch self {
    case .delivered(let status): status
    case .retryable(let failure, _), .permanent(let failure), .gone(let failure): failure.status
    }
  }

  /// What went wrong, if something did.
  package var failure: DeliveryFailure? {
    switch self {
    case .delivered: nil
    case .retryable(let failure, _), .permanent(let failure), .gone(let failure): failure
    }
  }
}

/// Why an attempt failed.
package struct DeliveryFailure: Sendable, Hashable {
  /// One sentence for people; holds no secret: no URL, no password, no token.
  package var reason: String
  /// The other side's status: HTTP's or SMTP's.
  package var status: Int?
  /// Whether the other side may have got it all the same: the connection broke, or its answer did not come in time.
  package var mayHaveArrived: Bool
  /// Who needs no further attempt because of this one, where it was for several people at once.
  package var progress: DeliveryProgress

  /// A failure of these parts.
  package init(
    _ reason: String, status: Int? = nil, mayHaveArrived: Bool = false, progress: DeliveryProgress = DeliveryProgress()
  ) {
    self.reason = reason
    self.status = status
    self.mayHaveArrived = mayHaveArrived
    self.progress = progress
  }
}
