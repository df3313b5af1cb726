import Logging
import NIOCore
import RedisClient
package import TocsinCore

extension RedisBackend: SampleWindows {
  /// See the port. In portions, so that other commands come between: after a failure some samples may have been added.
  /// - Throws: `data` for a value that is not finite: then nothing was added
  package func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    try await aggregates(requests, tenant: tenant, isPreview: false)
  }

  package func preview(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    try await aggregates(requests, tenant: tenant, isPreview: true)
  }

  private func aggregates(
    _ requests: [SampleRequest], tenant: Tenant, isPreview: Bool
  ) async throws(StoreError) -> [[WindowAggregate]] {
    guard requests.allSatisfy(\.value.isFinite) else {
      throw StoreError(.data, backend: "redis", message: "a sample is not finite")
    }
    var result: [[WindowAggregate]] = requests.map { request in
      var aggregates: [WindowAggregate] = []
      aggregates.reserveCapacity(request.lookbackMinutes.count)
      return aggregates
    }
    var portion: [(request: Int, lookback: Int)] = []
    portion.reserveCapacity(Self.portion)
    for (place, request) in requests.enumerated() {
      for lookback in request.lookbackMinutes {
        portion.append((place, lookback))
        guard portion.count == Self.portion else { continue }
        try await read(portion, of: requests, tenant: tenant, isPreview: isPreview, to: &result)
        portion.removeAll(keepingCapacity: true)
      }
    }
    try await read(portion, of: requests, tenant: tenant, isPreview: isPreview, to: &result)
    return result
  }

  private func read(
    _ portion: [(request: Int, lookback: Int)], of requests: [SampleRequest], tenant: Tenant, isPreview: Bool,
    to result: inout [[WindowAggregate]]
  ) async throws(StoreError) {
    guard !portion.isEmpty else { return }
    var names: [String] = []
    var arguments: [RedisArgument] = [windowTime.map { RedisArgument($0()) } ?? ""]
    names.reserveCapacity(portion.count)
    arguments.reserveCapacity(2 * portion.count + 1)
    for (place, lookback) in portion {
      let request = requests[place]
      names.append(
        keys.window(
          tenant: tenant, entity: request.entity, metric: request.metricName, lookbackMinutes: lookback))
      arguments.append(RedisArgument(request.value.description))
      arguments.append(RedisArgument(lookback * 60_000))
    }
    if isPreview { arguments.append("preview") }
    let sent = localTime()
    let reply = try await run(WindowScripts.add, keys: names, arguments)
    guard let values = reply.array, values.count == names.count + 1 else { throw .unexpected(reply) }
    if windowTime == nil { heard(values[0], sent: sent) }
    for (index, (place, _)) in portion.enumerated() {
      if let aggregate = values[index + 1].bytes.flatMap({ WindowAggregate($0) }) {
        result[place].append(aggregate)
      } else {
        remark("a sample window cannot be read; only the new sample is used", ["key": "\(names[index])"])
        let value = requests[place].value
        result[place].append(WindowAggregate(count: 1, sum: value, minimum: value, maximum: value))
      }
    }
  }
}

extension WindowAggregate {
  /// Reads four little-endian doubles; nil where these cannot be figures of samples.
  init?(_ buffer: ByteBuffer) {
    var buffer = buffer
    guard buffer.readableBytes == 32,
      let bits = buffer.readMultipleIntegers(endianness: .little, as: (UInt64, UInt64, UInt64, UInt64).self)
    else { return nil }
    let sum = Double(bitPattern: bits.1)
    let low = Double(bitPattern: bits.2)
    let high = Double(bitPattern: bits.3)
    guard let count = Int(exactly: Double(bitPattern: bits.0)), count >= 1, sum.isFinite, low.isFinite, high.isFinite,
      low <= high
    else { return nil }
    self.init(count: count, sum: sum, minimum: low, maximum: high)
  }
}
