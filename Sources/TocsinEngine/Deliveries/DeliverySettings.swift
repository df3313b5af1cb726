public import TocsinCore

/// Sizes and times of deliveries.
public struct DeliverySettings: Sendable {
  /// How long one attempt may take, whatever its target's own limit is.
  public var attemptTimeout: Duration = .seconds(600)
  /// An attempt begins, and goes on, only while its lease lasts that long: so it has ended before anybody else can take
  /// the row.
  public var leaseReserve: Duration = .seconds(4)
  /// The breaker of each target.
  public var breaker = CircuitBreaker()
  /// How many deliveries a node holds at most when it takes up more.
  public var takeLimit = 1000
  /// How often the node looks for deliveries that are due.
  public var takeInterval: Duration = .seconds(1)
  /// After what time it looks again where it found as many as it could send.
  public var nextTake: Duration = .milliseconds(50)
  /// For how long deliveries that are to be given back are gathered.
  public var releaseInterval: Duration = .milliseconds(100)
  /// How long nothing is taken up after the start and after PostgreSQL's return: the results that nodes could not write
  /// meanwhile go first.
  public var takeoverGrace: Duration = .seconds(10)
  /// How long a delivery is left alone whose target this node's configuration does not have: another node may have it.
  public var strangerPause: Duration = .seconds(30)
  /// How long a test may take.
  public var testTimeout: Duration = .seconds(30)
  /// How often receivers are reported and the backlog is counted.
  public var reportInterval: Duration = .seconds(15)
  /// After how long without any node that knows its receiver, or its target, a delivery is given up.
  public var unknownReceiverPatience: Duration = .seconds(3600)

  /// The defaults.
  public init() {}
}
