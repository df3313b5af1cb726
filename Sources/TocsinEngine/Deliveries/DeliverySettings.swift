package import TocsinCore

/// Sizes and times of deliveries.
package struct DeliverySettings: Sendable {
  /// How long one attempt may take, whatever its target's own limit is.
  package var attemptTimeout: Duration = .seconds(600)
  /// An attempt begins, and goes on, only while its lease lasts that long: so it has ended before anybody else can take
  /// the row.
  package var leaseReserve: Duration = .seconds(4)
  /// The breaker of each target.
  package var breaker = CircuitBreaker()
  /// How many deliveries a node holds at most when it leases more.
  package var leaseLimit = 1000
  /// How often the node looks for deliveries that are due.
  package var fetchInterval: Duration = .seconds(1)
  /// After what time it looks again where it found as many as it could send.
  package var nextFetch: Duration = .milliseconds(50)
  /// For how long deliveries that are to be given back are gathered.
  package var releaseInterval: Duration = .milliseconds(100)
  /// How long nothing is leased after the start and after PostgreSQL's return: the results that nodes could not write
  /// meanwhile go first.
  package var takeoverGrace: Duration = .seconds(10)
  /// How long a delivery is left alone whose target this node's configuration does not have: another node may have it.
  package var unknownTargetPause: Duration = .seconds(30)
  /// How long a test may take.
  package var testTimeout: Duration = .seconds(30)
  /// How often receivers are reported and the backlog is counted.
  package var reportInterval: Duration = .seconds(15)
  /// After how long without any node that knows its receiver, or its target, a delivery is given up.
  package var unknownReceiverPatience: Duration = .seconds(3600)

  /// The defaults.
  package init() {}
}
