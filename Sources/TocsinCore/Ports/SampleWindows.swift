/// The samples of each series (tenant, entity, metric), shared by all nodes.
public protocol SampleWindows: Sendable {
  /// In one round trip for all requests: adds each sample to its series and answers the aggregates of each lookback
  /// window that is asked for, as they are after that sample. Requests are carried out in their order.
  ///
  /// Memory per series and lookback is bounded whatever the rate: 60 buckets, of which those count that began
  /// inside the window.
  /// - Returns: for each request its aggregates, in the order of its lookbacks
  func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]]
}

/// One sample, and the windows that are asked for.
public struct SampleRequest: Sendable, Hashable {
  public var entity: Entity
  public var metricName: String
  public var value: Double
  /// Lookbacks in minutes, each once.
  public var lookbackMinutes: [Int]

  /// A request of these parts.
  public init(entity: Entity, metricName: String, value: Double, lookbackMinutes: [Int]) {
    self.entity = entity
    self.metricName = metricName
    self.value = value
    self.lookbackMinutes = lookbackMinutes
  }
}

/// What the samples of one window amount to, the new one included.
public struct WindowAggregate: Sendable, Hashable {
  /// How many samples, at least 1.
  public var count: Int
  /// Their sum.
  public var sum: Double
  /// The smallest one.
  public var minimum: Double
  /// The largest one.
  public var maximum: Double

  /// An aggregate of these figures.
  public init(count: Int, sum: Double, minimum: Double, maximum: Double) {
    self.count = count
    self.sum = sum
    self.minimum = minimum
    self.maximum = maximum
  }
}
