import Synchronization
package import TocsinCore

/// What one node sees of a ``MemoryRedis``: all ports that Redis is behind. It knows an epoch of its own.
package final class MemoryRedisNode: Sendable {
  let server: MemoryRedis
  /// What goes wrong for this node.
  package let faults: Faults
  private let known = Mutex<(epoch: String?, isSuspended: Bool)>((nil, false))

  init(server: MemoryRedis, faults: Faults) {
    self.server = server
    self.faults = faults
  }

  /// Performs a call on the server.
  func call<Value: Sendable>(
    _ name: String = #function, _ effect: (inout RedisState, Timestamp) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let now = server.clock.timestamp
    return try await faults.around(name) { () throws(StoreError) in
      try server.state.withLock { (state) throws(StoreError) in try effect(&state, now) }
    }
  }

  /// Performs a call that carries the epoch.
  func callInEpoch<Value: Sendable>(
    _ name: String = #function, _ effect: (inout RedisState, Timestamp) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let (epoch, isSuspended) = known.withLock { $0 }
    return try await call(name) { (state, now) throws(StoreError) in
      guard let epoch, !isSuspended, state.epoch == epoch else {
        throw StoreError(.stale, backend: "redis", message: "the server has another epoch, or none")
      }
      return try effect(&state, now)
    }
  }
}

extension MemoryRedisNode: EpochKeeper {
  package var epoch: String? { known.withLock { $0.epoch } }
  package func adopt(epoch: String) { known.withLock { $0 = (epoch, false) } }
  package func suspend() { known.withLock { $0.isSuspended = true } }

  package func serverEpoch() async throws(StoreError) -> String? {
    try await call { (state, _) in state.epoch }
  }

  package func holdRestoreLock(node: String, milliseconds: Int64) async throws(StoreError) -> Bool {
    try await call { (state, now) in RedisState.hold(&state.restoreLock, node, milliseconds, at: now) }
  }

  package func begin(epoch: String) async throws(StoreError) {
    try await call { (state, _) in
      state.restoring = epoch
      state.epoch = epoch
      state.publish(.epochBegan(epoch))
    }
  }

  package func restore(_ cooldowns: [RunningCooldown]) async throws(StoreError) {
    try await call { (state, now) in
      for cooldown in cooldowns {
        let began = cooldown.alertID.timestamp
        let ends = began.advanced(by: cooldown.lengthMilliseconds)
        guard ends > now else { continue }
        let place = RedisState.Place(tenant: cooldown.tenant, ruleID: cooldown.ruleID, entity: cooldown.entity)
        if var there = state.cooldowns[place], there.ends > now, there.fired >= began {
          there.ends = max(there.ends, there.fired.advanced(by: cooldown.lengthMilliseconds))
          state.cooldowns[place] = there
        } else {
          state.cooldowns[place] = RedisState.Cooldown(
            fired: began, alertID: cooldown.alertID, incarnation: cooldown.incarnation, ends: ends)
        }
      }
    }
  }

  package func finishRestore(of epoch: String, node: String) async throws(StoreError) {
    try await call { (state, _) in
      if state.restoring == epoch { state.restoring = nil }
      if state.restoreLock?.node == node { state.restoreLock = nil }
    }
  }

  package func releaseRestoreLock(node: String) async throws(StoreError) {
    try await call { (state, _) in
      if state.restoreLock?.node == node { state.restoreLock = nil }
    }
  }

  package func isRestoring() async throws(StoreError) -> Bool {
    try await call { (state, _) in state.epoch != nil && state.restoring == state.epoch }
  }
}

extension MemoryRedisNode: EventLog, ClusterSignals {
  package func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? {
    try await call { (state, _) in
      guard state.epoch == place.epoch else { return nil }
      if place.milliseconds == 0, place.sequence == 0 {
        guard state.trimmed == 0 else { return nil }
      } else if !state.holds(place) {
        return nil
      }
      let later = state.events.filter { event in
        EventID(epoch: place.epoch, milliseconds: event.milliseconds, sequence: event.sequence).isAfter(place)
      }
      return later.prefix(max(1, limit)).map { event in
        LoggedEvent(
          id: EventID(epoch: place.epoch, milliseconds: event.milliseconds, sequence: event.sequence),
          envelope: event.bytes.withUnsafeBytes { EventEnvelope(decoding: $0) })
      }
    }
  }

  package func isIntact(upTo place: EventID) async throws(StoreError) -> Bool {
    try await call { (state, _) in
      guard state.epoch == place.epoch else { return false }
      if place.milliseconds == 0 && place.sequence == 0 || state.holds(place) { return true }
      guard let first = state.events.first else { return false }
      return EventID(epoch: place.epoch, milliseconds: first.milliseconds, sequence: first.sequence).isAfter(place)
    }
  }

  package func newest() async throws(StoreError) -> EventID {
    try await call { (state, _) throws(StoreError) in
      guard let epoch = state.epoch else {
        throw StoreError(.stale, backend: "redis", message: "the server has no epoch")
      }
      return EventID(epoch: epoch, milliseconds: state.newest.milliseconds, sequence: state.newest.sequence)
    }
  }

  package func rulesChanged(version: Int64) async throws(StoreError) {
    try await call { (state, _) in state.publish(.rulesChanged(version: version)) }
  }

  package func probe(_ token: String) async throws(StoreError) {
    try await call { (state, _) in state.publish(.probe(token)) }
  }

  package func checkWrites() async throws(StoreError) {
    try await call { (_, _) in }
  }
}

extension RedisState {
  /// Whether the log has an event at that place.
  func holds(_ place: EventID) -> Bool {
    events.contains { $0.milliseconds == place.milliseconds && $0.sequence == place.sequence }
  }
}
