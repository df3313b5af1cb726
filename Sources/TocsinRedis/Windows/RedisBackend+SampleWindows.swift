import NIOCore
import RedisClient
public import TocsinCore

extension RedisBackend: SampleWindows {
  /// See the port.
  /// - Throws: `data` for a value that is not finite: then nothing was added
  public func add(_ requests: [SampleRequest], tenant: Tenant) async throws(StoreError) -> [[WindowAggregate]] {
    var names: [String] = []
    var arguments: [RedisArgument] = [windowTime.map { RedisArgument($0()) } ?? ""]
    for request in requests {
      guard request.value.isFinite else {
        throw StoreError(.data, backend: "redis", message: "a sample is not finite")
      }
      let value = RedisArgument(request.value.description)
      for lookback in request.lookbackMinutes {
        names.append(
          keys.window(
            tenant: tenant, entity: request.entity, metric: request.metricName, lookbackMinutes: lookback))
        arguments.append(value)
        arguments.append(RedisArgument(lookback * 60_000))
      }
    }
    guard !names.isEmpty else { return requests.map { _ in [] } }
    let sent = localTime()
    let reply = try await run(WindowScripts.add, keys: names, arguments)
    guard let values = reply.array, values.count == names.count + 1, let time = values[0].int else {
      throw .unexpected(reply)
    }
    if windowTime == nil { heard(serverMilliseconds: Int64(time), sent: sent) }
    var rest = values[1...]
    var result: [[WindowAggregate]] = []
    result.reserveCapacity(requests.count)
    for request in requests {
      var aggregates: [WindowAggregate] = []
      for _ in request.lookbackMinutes {
        guard let bytes = rest.popFirst()?.bytes, let aggregate = WindowAggregate(bytes) else {
          throw .unexpected(reply)
        }
        aggregates.append(aggregate)
      }
      result.append(aggregates)
    }
    return result
  }
}

extension WindowAggregate {
  /// Reads four little-endian doubles.
  fileprivate init?(_ buffer: ByteBuffer) {
    var buffer = buffer
    guard buffer.readableBytes == 32,
      let (count, sum, low, high) = buffer.readMultipleIntegers(
        endianness: .little, as: (UInt64, UInt64, UInt64, UInt64).self)
    else { return nil }
    self.init(
      count: Int(Double(bitPattern: count)), sum: Double(bitPattern: sum), minimum: Double(bitPattern: low),
      maximum: Double(bitPattern: high))
  }
}
