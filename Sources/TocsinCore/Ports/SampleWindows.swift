/// The samples of each series (tenant, entity, metric), shared by all nodes.
package protocol SampleWindows: Sendable {
  /// In one round trip for all requests: adds each sample to its series and answers the aggregates of each lookback
  /// window that is asked for, as they are after that sample. Requests are carried out in their order.
  ///
  /// Memory per series and lookback is bounded whatever the rate: 60 buckets, of which those count that began
  /// inside the window.
  /// - Returns: for each request its aggregates, in the order of its lookbacks
  func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]]

  /// Returns what ``add(_:tenant:)`` would return for each request by itself at this moment, and adds nothing.
  func preview(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]]
}

/// One sample, and the windows that are asked for.
package struct SampleRequest: Sendable, Hashable {
  package var entity: Entity
  package var metricName: String
  package var value: Double
  /// Lookbacks in minutes, each once.
  package var lookbackMinutes: [Int]

  /// A request of these parts.
  package init(entity: Entity, metricName: String, value: Double, lookbackMinutes: [Int]) {
    self.entity = entity
    self.metricName = metricName
    self.value = value
    self.lookbackMinutes = lookbackMinutes
  }
}

/// What the samples of one window amount to, the new one included.
package struct WindowAggregate: Sendable, Hashable {
  /// How many samples, at least 1.
  package var count: Int
  /// Their sum.
  package var sum: Double
  /// The smallest one.
  package var minimum: Double
  /// The largest one.
  package var maximum: Double

  /// An aggregate of these figures.
  package init(count: Int, sum: Double, minimum: Double, maximum: Double) {
    self.count = count
    self.sum = sum
    self.minimum = minimum
    self.maximum = maximum
  }
}
