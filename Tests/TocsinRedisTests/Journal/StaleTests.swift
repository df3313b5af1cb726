import LocalServers
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct StaleTests {
  /// Everything that changes something in the name of an epoch.
  static let changes: [@Sendable (RedisBackend) async throws -> Void] = [
    { _ = try await $0.claim([.sample()]) },
    { try await $0.retract(.sample(), inFavourOf: .sample(.sample(), id: .new())) },
    { try await $0.announce([.new()]) },
    { try await $0.announceUnwritten([.new()]) },
    { try await $0.reenter([.sample()]) },
    { try await $0.bury(.new(), rule: "r", entity: Entity(campaignID: "c"), tenant: .standard, reason: "no") },
    { try await $0.written([.new()]) },
    { try await $0.announce(changes: [AlertChange(changeID: .new(), envelope: [49])]) },
    { _ = try await $0.holdKeeperLease(node: "a", milliseconds: 1000) },
  ]

  @Test(arguments: changes.indices) func afterAFlushNothingIsDone(change: Int) async throws {
    let server = try LocalRedis.start()
    defer { server.stop() }
    try await Nodes.with(on: server) { nodes async throws in
      try await nodes.send("FLUSHALL")
      #expect(await code { try await Self.changes[change](nodes.first) } == .stale)
      #expect(try await nodes.send("DBSIZE") == .integer(0))
      #expect(try await nodes.first.serverEpoch() == nil)
      #expect(await code { _ = try await nodes.first.newest() } == .stale)
    }
  }

  @Test(arguments: changes.indices) func inAnotherEpochNothingIsDone(change: Int) async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.first.begin(epoch: "e2")
      #expect(await code { try await Self.changes[change](nodes.second) } == .stale)
      let left = try await nodes.send("KEYS", "\(nodes.keys.prefix)*").array?.compactMap(\.string)
      #expect(Set(left ?? []) == [nodes.keys.epoch, nodes.keys.restoring])
      nodes.second.adopt(epoch: "e2")
      try await Self.changes[change](nodes.second)
    }
  }

  @Test(arguments: changes.indices) func aNodeWithoutAnEpochDoesNothing(change: Int) async throws {
    try await Nodes.with { nodes async throws in
      let fresh = RedisBackend(client: nodes.raw, logger: .quiet)
      #expect(fresh.epoch == nil)
      #expect(await code { try await Self.changes[change](fresh) } == .stale)
    }
  }
}
