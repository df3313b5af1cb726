import Synchronization
package import TocsinCore

/// What one Redis server holds for an installation, in memory; nodes use it through ``node(_:)``.
///
/// It keeps what the ports promise: cooldowns, epochs, leases, one order of events, limits. Its time is the clock's.
package final class MemoryRedis: Sendable {
  let state: Mutex<RedisState>
  let clock: ManualClock
  let journalLimit: Int
  let eventLogLength: Int

  /// An empty server.
  package init(clock: ManualClock, journalLimit: Int = 200_000, eventLogLength: Int = 100_000) {
    self.clock = clock
    self.journalLimit = journalLimit
    self.eventLogLength = eventLogLength
    state = Mutex(RedisState())
  }

  /// A node's connection to the server.
  package func node(_ faults: Faults = Faults()) -> MemoryRedisNode {
    MemoryRedisNode(server: self, faults: faults)
  }

  /// What a node hears of the others, from now on: first that it listens.
  package func subscription() -> AsyncStream<ClusterSignal> {
    let (stream, continuation) = AsyncStream.makeStream(of: ClusterSignal.self)
    state.withLock { state in
      continuation.yield(.listening(serverRunID: state.runID))
      state.subscribers.append(continuation)
    }
    return stream
  }

  /// The server loses all it holds, as by `FLUSHALL`. Subscriptions stay.
  package func flush() {
    state.withLock { state in
      let (subscribers, runID) = (state.subscribers, state.runID)
      state = RedisState()
      state.subscribers = subscribers
      state.runID = runID
    }
  }

  /// The server loses the newest events, as in a failover to a replica that had not got them yet.
  package func loseEvents(_ count: Int) {
    state.withLock { state in
      state.events.removeLast(min(count, state.events.count))
      state.added = state.events.count + state.trimmed
      state.newest = state.events.last.map { ($0.milliseconds, $0.sequence) } ?? (0, 0)
    }
  }

  /// What all nodes were told in the log, in order, with what was trimmed left out.
  package var announced: [EventEnvelope] {
    state.withLock { state in
      state.events.compactMap { event in event.bytes.withUnsafeBytes { EventEnvelope(decoding: $0) } }
    }
  }

  /// The alerts in the dead-letter stream, with the reasons.
  package var deadLetters: [(alertID: AlertID, reason: String)] {
    state.withLock { $0.deadLetters.map { ($0.alertID, $0.reason) } }
  }

  /// Who holds the lock under which cooldowns are restored, at this moment.
  package var restoreLockHolder: String? {
    let now = clock.timestamp
    return state.withLock { $0.restoreLock.flatMap { $0.ends > now ? $0.node : nil } }
  }

  /// Keeps a cooldown as a newer release does, which no claim of this one wins.
  package func keepNewerCooldown(rule: String, entity: Entity, tenant: Tenant) {
    state.withLock {
      _ = $0.newerCooldowns.insert(RedisState.Place(tenant: tenant, ruleID: rule, entity: entity))
    }
  }

  /// Writes an entry into the journal that no release can read.
  package func damageJournal(_ id: AlertID, _ bytes: [UInt8]) {
    let now = clock.timestamp
    state.withLock { $0.journal[id] = RedisState.Entry(envelope: bytes, since: now) }
  }
}

/// The data of a server.
struct RedisState {
  struct Cooldown {
    var fired: Timestamp
    var alertID: AlertID
    var incarnation: String
    var ends: Timestamp
  }

  struct Place: Hashable {
    var tenant: Tenant
    var ruleID: String
    var entity: Entity
  }

  struct Entry {
    var envelope: [UInt8]
    var since: Timestamp
  }

  struct Event {
    var milliseconds: UInt64
    var sequence: UInt64
    var bytes: [UInt8]
  }

  struct Lease {
    var node: String
    var ends: Timestamp
  }

  enum BoardValue {
    case rule(AlertRule)
    case foreign(ForeignRule)
    case deleted(Int64)

    var version: Int64 {
      switch self {
      case .rule(let rule): rule.version
      case .foreign(let rule): rule.version
      case .deleted(let version): version
      }
    }
  }

  struct RuleKey: Hashable {
    var tenant: Tenant
    var ruleID: String
  }

  struct Series: Hashable {
    var tenant: Tenant
    var entity: Entity
    var metric: String
    var lookback: Int
  }

  struct Bucket {
    var began: Int64
    var aggregate: WindowAggregate
  }

  var runID = "run-\(UInt64.random(in: 0 ... .max))"
  var subscribers: [AsyncStream<ClusterSignal>.Continuation] = []
  var epoch: String?
  var restoring: String?
  var restoreLock: Lease?
  var keeper: Lease?
  var cooldowns: [Place: Cooldown] = [:]
  var newerCooldowns: Set<Place> = []
  var journal: [AlertID: Entry] = [:]
  var unwritten: [AlertID: Entry] = [:]
  var deadLetters: [(alertID: AlertID, reason: String, envelope: [UInt8])] = []
  var events: [Event] = []
  var newest: (milliseconds: UInt64, sequence: UInt64) = (0, 0)
  var added = 0
  var trimmed: Int { added - events.count }
  var changes: [AlertID: Timestamp] = [:]
  var board: [RuleKey: BoardValue] = [:]
  var boardVersion: Int64?
  var boardHistory = ""
  var windows: [Series: [Bucket]] = [:]
  var seal: (seal: ClusterSeal, ends: Timestamp)?

  /// Tells all who listen; called under the lock, so all hear in one order.
  func publish(_ signal: ClusterSignal) {
    for subscriber in subscribers { subscriber.yield(signal) }
  }

  /// Takes or renews a lease.
  static func hold(_ lease: inout Lease?, _ node: String, _ milliseconds: Int64, at now: Timestamp) -> Bool {
    if let lease, lease.ends > now, lease.node != node { return false }
    lease = Lease(node: node, ends: now.advanced(by: milliseconds))
    return true
  }

  /// Appends to the log, and publishes what was appended.
  mutating func announce(_ envelopes: [[UInt8]], at now: Timestamp, keeping length: Int) {
    guard !envelopes.isEmpty, let epoch else { return }
    let before = EventID(epoch: epoch, milliseconds: newest.milliseconds, sequence: newest.sequence)
    var batch: [LoggedEvent] = []
    for bytes in envelopes {
      let milliseconds = UInt64(now.milliseconds)
      newest = newest.milliseconds >= milliseconds ? (newest.milliseconds, newest.sequence + 1) : (milliseconds, 0)
      events.append(Event(milliseconds: newest.milliseconds, sequence: newest.sequence, bytes: bytes))
      added += 1
      batch.append(
        LoggedEvent(
          id: EventID(epoch: epoch, milliseconds: newest.milliseconds, sequence: newest.sequence),
          envelope: bytes.withUnsafeBytes { EventEnvelope(decoding: $0) }))
    }
    if events.count > length { events.removeFirst(events.count - length) }
    publish(.events(EventBatch(predecessor: before, events: batch)))
  }
}
