import NIOCore
import RedisClient
package import TocsinCore

extension RedisBackend: EventLog {
  package func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? {
    let reply = try await run(
      Scripts.eventsAfter, keys: [keys.epoch, keys.events],
      [RedisArgument(place.epoch), RedisArgument(place.entry), RedisArgument(max(1, limit))])
    if reply.isNull { return nil }
    guard let entries = reply.array else { throw .unexpected(reply) }
    var events: [LoggedEvent] = []
    events.reserveCapacity(entries.count)
    for entry in entries {
      guard let parts = entry.array, parts.count == 2, let name = parts[0].string,
        let id = EventID(epoch: place.epoch, entry: name), let fields = parts[1].array
      else { throw .unexpected(entry) }
      let envelope = fields.count == 2 ? fields[1].bytes : nil
      events.append(
        LoggedEvent(id: id, envelope: envelope?.withUnsafeReadableBytes { EventEnvelope(decoding: $0) }))
    }
    return events
  }

  package func isIntact(upTo place: EventID) async throws(StoreError) -> Bool {
    let reply = try await run(
      Scripts.logIsIntact, keys: [keys.epoch, keys.events],
      [RedisArgument(place.epoch), RedisArgument("\(place.milliseconds)"), RedisArgument("\(place.sequence)")])
    return reply == .integer(1)
  }

  /// The place of the newest event; the beginning of the epoch where there is none.
  /// - Throws: `stale` where the server has no epoch
  package func newest() async throws(StoreError) -> EventID {
    let reply = try await run(Scripts.newestEvent, keys: [keys.epoch, keys.events, keys.newestEvent], [])
    if reply.isNull { throw StoreError(.stale, backend: "redis", message: "the server has no epoch") }
    guard let parts = reply.array, parts.count == 2, let epoch = parts[0].string, let name = parts[1].string,
      let id = EventID(epoch: epoch, entry: name)
    else { throw .unexpected(reply) }
    return id
  }
}

extension RedisBackend: ClusterSignals {
  package func rulesChanged(version: Int64) async throws(StoreError) {
    try await publish(Signal.rulesChanged(version: version))
  }

  package func probe(_ token: String) async throws(StoreError) {
    try await publish(Signal.probe(token))
  }

  package func checkWrites() async throws(StoreError) {
    _ = try await run(Scripts.checkWrites, keys: [keys.epoch], [])
  }
}
