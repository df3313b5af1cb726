import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// All that a prefix's keys hold, but for how long they last.
struct StoredState: Equatable {
  var values: [String: RedisValue]

  subscript(key: String) -> RedisValue? { values[key] }
}

extension Nodes {
  /// What is stored now.
  func state() async throws -> StoredState {
    var values: [String: RedisValue] = [:]
    let pattern = RedisArgument(keys.prefix.replacing("{", with: "\\{") + ":*")
    for key in try await send("KEYS", pattern).array?.compactMap(\.string) ?? [] {
      values[key] = try await send("DUMP", RedisArgument(key))
    }
    return StoredState(values: values)
  }
}

/// A thing that a node does to Redis, by its name.
struct Deed: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let perform: @Sendable (RedisBackend, Prepared) async throws -> Void

  /// What was there before.
  struct Prepared: Sendable {
    /// Its cooldown runs, and it stands in the journal.
    var claimed: Claim
    /// It was announced, and is not in PostgreSQL.
    var unwritten: Claim
  }

  init(_ name: String, _ perform: @escaping @Sendable (RedisBackend, Prepared) async throws -> Void) {
    testDescription = name
    self.perform = perform
  }

  /// A prefix in use.
  static func prepare(_ nodes: Nodes) async throws -> Prepared {
    _ = try await nodes.first.serverEpoch()
    let now = nodes.first.now().milliseconds
    let prepared = Prepared(
      claimed: .sample("claimed", id: .new(at: now)), unwritten: .sample("unwritten", id: .new(at: now)))
    let announced = Claim.sample("announced", id: .new(at: now))
    _ = try await nodes.first.claim([prepared.claimed, prepared.unwritten, announced])
    try await nodes.first.announceUnwritten([prepared.unwritten.entry.alertID])
    try await nodes.first.announce([announced.entry.alertID])
    try await nodes.first.replaceAll(
      RuleSnapshot(version: 1, rules: [.standard: [.sample("r1", version: 1)]]), history: "h")
    _ = try await nodes.first.add(
      [SampleRequest(entity: Entity(campaignID: "c"), metricName: "m", value: 1, lookbackMinutes: [1])],
      tenant: .standard)
    return prepared
  }

  /// Everything that writes.
  static let all: [Deed] = [
    Deed("claim") { backend, prepared in
      _ = try await backend.claim([.sample("new1"), prepared.claimed, .sample("new2"), .sample("new3", minutes: 0)])
    },
    Deed("retract") { backend, prepared in
      let earlier = AlertID.new(at: backend.now().milliseconds - 60_000)
      try await backend.retract(prepared.claimed, inFavourOf: .sample(prepared.claimed, id: earlier))
    },
    Deed("announce") { backend, prepared in try await backend.announce([prepared.claimed.entry.alertID]) },
    Deed("announce unwritten") { backend, prepared in
      try await backend.announceUnwritten([prepared.claimed.entry.alertID])
    },
    Deed("announce changes") { backend, _ in
      try await backend.announce(changes: [
        AlertChange(changeID: .new(), envelope: [49]), AlertChange(changeID: .new(), envelope: [50]),
      ])
    },
    Deed("announce updates") { backend, _ in try await backend.announce(updates: [[49], [50]]) },
    Deed("reenter") { backend, _ in try await backend.reenter([.sample(), .sample()]) },
    Deed("bury") { backend, prepared in
      try await backend.bury(
        prepared.claimed.entry.alertID, rule: "r1", entity: prepared.claimed.entity, tenant: .standard, reason: "no")
    },
    Deed("discard") { backend, prepared in
      try await backend.discard([prepared.claimed.entry.alertID, prepared.unwritten.entry.alertID], reason: "no")
    },
    Deed("written") { backend, prepared in try await backend.written([prepared.unwritten.entry.alertID]) },
    Deed("overdue") { backend, _ in _ = try await backend.overdue(olderThan: -1, limit: 10) },
    Deed("unwritten") { backend, _ in _ = try await backend.unwritten(limit: 10) },
    Deed("keeper's lease") { backend, _ in
      _ = try await backend.holdKeeperLease(node: "a", milliseconds: 60_000)
    },
    Deed("restore lock") { backend, _ in _ = try await backend.holdRestoreLock(node: "a", milliseconds: 60_000) },
    Deed("restore") { backend, prepared in
      try await backend.restore([.sample(prepared.claimed, id: .new(at: backend.now().milliseconds + 1000))])
    },
    Deed("finish restore") { backend, _ in try await backend.finishRestore(of: "e1", node: "a") },
    Deed("begin epoch") { backend, _ in try await backend.begin(epoch: "e1") },
    Deed("put rule") { backend, _ in try await backend.put(.sample("r2", version: 5), tenant: .standard) },
    Deed("remove rule") { backend, _ in try await backend.remove(ruleID: "r1", tenant: .standard, version: 5) },
    Deed("replace rules") { backend, _ in
      try await backend.replaceAll(
        RuleSnapshot(version: 6, rules: [.standard: [.sample("r3", version: 6)]]), history: "h")
    },
    Deed("begin history") { backend, _ in
      _ = try await backend.beginHistory(
        "h2", with: RuleSnapshot(version: 1, rules: [:]), insteadOf: try await backend.version())
    },
    Deed("add samples") { backend, _ in
      _ = try await backend.add(
        ["c", "d"].map {
          SampleRequest(entity: Entity(campaignID: $0), metricName: "m", value: 2, lookbackMinutes: [1, 2])
        }, tenant: .standard)
    },
    Deed("preview claims") { backend, prepared in
      _ = try await backend.preview([.sample("new1"), prepared.claimed, .sample("new2", minutes: 0)])
    },
    Deed("preview samples") { backend, _ in
      _ = try await backend.preview(
        ["c", "d"].map {
          SampleRequest(entity: Entity(campaignID: $0), metricName: "m", value: 2, lookbackMinutes: [1, 2])
        }, tenant: .standard)
    },
    Deed("events after") { backend, _ in
      _ = try await backend.events(after: EventID(epoch: "e1", milliseconds: 5, sequence: 0), limit: 10)
    },
    Deed("intact") { backend, _ in _ = try await backend.isIntact(upTo: EventID(beginningOf: "e1")) },
    Deed("newest") { backend, _ in _ = try await backend.newest() },
    Deed("rules") { backend, _ in _ = try await backend.snapshot() },
    Deed("epoch") { backend, _ in _ = try await backend.serverEpoch() },
    Deed("restoring") { backend, _ in _ = try await backend.isRestoring() },
    Deed("check writes") { backend, _ in try await backend.checkWrites() },
  ]
}
