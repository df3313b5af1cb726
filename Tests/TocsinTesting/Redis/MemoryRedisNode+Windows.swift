package import TocsinCore

extension MemoryRedisNode: SampleWindows {
  package func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    guard requests.allSatisfy(\.value.isFinite) else {
      throw StoreError(.data, backend: "redis", message: "a sample is not finite")
    }
    return try await call { (state, now) in requests.map { state.add($0, tenant: tenant, at: now) } }
  }

  package func preview(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    guard requests.allSatisfy(\.value.isFinite) else {
      throw StoreError(.data, backend: "redis", message: "a sample is not finite")
    }
    return try await call { (state, now) in
      requests.map { request in
        var copy = state
        return copy.add(request, tenant: tenant, at: now)
      }
    }
  }
}

extension RedisState {
  /// Adds a sample to its series, in each of the windows that are asked for.
  fileprivate mutating func add(_ request: SampleRequest, tenant: Tenant, at now: Timestamp) -> [WindowAggregate] {
    request.lookbackMinutes.map { lookback in
      add(
        request.value,
        to: Series(tenant: tenant, entity: request.entity, metric: request.metricName, lookback: lookback), at: now)
    }
  }

  /// Adds a sample to a window of 60 buckets, of which those count that began inside it.
  private mutating func add(_ value: Double, to series: Series, at now: Timestamp) -> WindowAggregate {
    let width = Int64(series.lookback) * 1000
    let began = now.milliseconds - now.milliseconds % width
    let sample = WindowAggregate(count: 1, sum: value, minimum: value, maximum: value)
    var buckets = windows[series] ?? []
    if let last = buckets.last, last.began >= began {
      buckets[buckets.count - 1].aggregate = last.aggregate.adding(sample)
    } else {
      buckets.removeAll { $0.began <= now.milliseconds - 60 * width }
      buckets.append(Bucket(began: began, aggregate: sample))
    }
    windows[series] = buckets
    return buckets.dropFirst().reduce(buckets[0].aggregate) { $0.adding($1.aggregate) }
  }
}

extension WindowAggregate {
  /// Both together. A sum stops at the largest number instead of becoming infinite.
  fileprivate func adding(_ other: WindowAggregate) -> WindowAggregate {
    let most = Double.greatestFiniteMagnitude
    return WindowAggregate(
      count: count + other.count, sum: max(-most, min(most, sum + other.sum)), minimum: min(minimum, other.minimum),
      maximum: max(maximum, other.maximum))
  }
}

extension MemoryRedisNode: ClusterSealing {
  package func seal(
    _ seal: ClusterSeal, insteadOf former: DatabaseIdentity?, lasting milliseconds: Int64
  ) async throws(StoreError) -> FoundSeal? {
    try await call { (state, now) in
      let ends = now.advanced(by: milliseconds)
      guard var there = state.seal, there.ends > now else {
        state.seal = (seal, ends)
        return FoundSeal(seal: seal, millisecondsLeft: milliseconds)
      }
      if there.seal.database.id == former?.id {
        there = (ClusterSeal(redisIdentity: there.seal.redisIdentity, database: seal.database), ends)
      } else if there.seal.database.id == seal.database.id {
        there.ends = ends
      }
      state.seal = there
      return FoundSeal(seal: there.seal, millisecondsLeft: there.ends.milliseconds - now.milliseconds)
    }
  }
}
