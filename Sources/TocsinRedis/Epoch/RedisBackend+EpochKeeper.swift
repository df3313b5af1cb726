import Logging
import NIOCore
import RedisClient
package import TocsinCore

extension RedisBackend: EpochKeeper {
  /// The epoch of the server, or nil where it has none. Also sets the clock of ``now()``.
  ///
  /// What can be no epoch (another type, more than 64 characters, or others than letters, digits, `_` and `-`) is as if
  /// there were none: a new one is begun then, which replaces it.
  package func serverEpoch() async throws(StoreError) -> String? {
    let sent = localTime()
    let replies = try await pipelineValues([
      ["TIME"], ["GETRANGE", RedisArgument(keys.epoch), "0", RedisArgument(Self.epochLimit)],
    ])
    if let time = replies[0].array, time.count == 2, let seconds = time[0].int, let micros = time[1].int {
      let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1000)
      if !isOver, 0..<1_000_000 ~= micros, whole < .max - 1000 {
        heard(.integer(Int64(whole + micros / 1000)), sent: sent)
      }
    }
    switch replies[1] {
    case .bulk(let buffer) where buffer.readableBytes == 0: return nil
    case .bulk(let buffer) where Self.isEpoch(buffer): return String(buffer: buffer)
    case .error(let text) where !text.hasPrefix("WRONGTYPE"): throw StoreError(RedisError(.serverError, text))
    default:
      remark("the epoch key in Redis is not valid; a new epoch begins", ["key": "\(keys.epoch)"])
      return nil
    }
  }

  /// How many characters an epoch has at most. One more is read than that, or a longer text would look like one.
  private static var epochLimit: Int { 64 }

  private static func isEpoch(_ buffer: ByteBuffer) -> Bool {
    1...epochLimit ~= buffer.readableBytes
      && buffer.readableBytesView.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  package func holdRestoreLock(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    let reply = try await run(
      Scripts.holdLease, keys: [keys.restoreLock], [RedisArgument(node), RedisArgument(milliseconds)])
    return reply == .integer(1)
  }

  package func begin(epoch: String) async throws(StoreError) {
    _ = try await run(
      Scripts.beginEpoch, keys: [keys.epoch, keys.restoring, keys.events, keys.newestEvent],
      [RedisArgument(epoch), RedisArgument(keys.channel)])
  }

  package func restore(_ cooldowns: [RunningCooldown]) async throws(StoreError) {
    // A script keeps everyone waiting: some milliseconds at most.
    var rest = cooldowns[...]
    while !rest.isEmpty {
      let some = rest.prefix(Self.portion)
      rest = rest.dropFirst(Self.portion)
      var arguments: [RedisArgument] = []
      arguments.reserveCapacity(4 * some.count)
      for cooldown in some {
        arguments.append(RedisArgument(cooldown.alertID.timestamp.milliseconds))
        arguments.append(RedisArgument(cooldown.alertID.description))
        arguments.append(RedisArgument(cooldown.incarnation))
        arguments.append(RedisArgument(cooldown.lengthMilliseconds))
      }
      _ = try await run(
        Scripts.restoreCooldowns,
        keys: some.map { keys.cooldown(tenant: $0.tenant, rule: $0.ruleID, entity: $0.entity) }, arguments)
    }
  }

  package func finishRestore(of epoch: String, node: String) async throws(StoreError) {
    _ = try await run(
      Scripts.finishRestoring, keys: [keys.restoring, keys.restoreLock], [RedisArgument(epoch), RedisArgument(node)])
  }

  package func releaseRestoreLock(node: String) async throws(StoreError) {
    // No epoch is empty: only the lock can match.
    try await finishRestore(of: "", node: node)
  }

  package func isRestoring() async throws(StoreError) -> Bool {
    let replies = try await pipelineValues(
      [keys.restoring, keys.epoch].map { ["GETRANGE", RedisArgument($0), "0", RedisArgument(Self.epochLimit)] })
    guard let epoch = replies[1].bytes, Self.isEpoch(epoch) else { return false }
    return epoch == replies[0].bytes
  }
}
