import LocalServers
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct TroubleTests {
  @Test func aServerWithoutMemoryRefusesAndLosesNothing() async throws {
    try await Nodes.with(on: try LocalRedis.start()) { nodes async throws in
      let ids = try await nodes.first.claimed(3)
      try await nodes.first.announceUnwritten([ids[2]])
      try await nodes.first.replaceAll(
        RuleSnapshot(version: 1, rules: [.standard: [AlertRule.sample("r1", version: 1)]]))
      let before = try await nodes.first.newest()
      try await nodes.send("CONFIG", "SET", "maxmemory", "1")
      let tries: [(RedisBackend) async throws -> Void] = [
        { _ = try await $0.claim([.sample("new", minutes: 0)]) },
        { _ = try await $0.claim([.sample("new")]) },
        { try await $0.announce([ids[0]]) },
        { try await $0.announceUnwritten([ids[0]]) },
        { try await $0.announce(changes: [AlertChange(changeID: ids[0], envelope: [49])]) },
        { try await $0.reenter([.sample()]) },
        { try await $0.bury(ids[2], rule: "r", entity: Entity(campaignID: "c"), tenant: .standard, reason: "no") },
        { try await $0.replaceAll(RuleSnapshot(version: 2, rules: [:])) },
      ]
      for attempt in tries { #expect(await code { try await attempt(nodes.first) } == .unavailable) }
      try await nodes.send("CONFIG", "SET", "maxmemory", "0")
      #expect(try await nodes.first.standing(of: ids) == [.journal, .journal, .unwritten])
      #expect(try await nodes.counts() == [2, 1])
      #expect(try await nodes.first.newest() == before)
      #expect(try await nodes.first.snapshot()?.rules[.standard]?.count == 1)
      #expect(try await nodes.first.announce(ids) == 2)
    }
  }

  @Test func aServerThatIsAwayIsUnavailable() async throws {
    let server = try LocalRedis.start()
    try await Nodes.with(on: server) { nodes async throws in
      server.kill()
      #expect(await code { _ = try await nodes.first.claim([.sample()]) } == .unavailable)
      #expect(await code { _ = try await nodes.first.serverEpoch() } == .unavailable)
      #expect(await code { _ = try await nodes.first.standing(of: [.new()]) } == .unavailable)
      #expect(await code { try await nodes.first.probe("p") } == .unavailable)
    }
  }

  @Test func aKeyThatHoldsSomethingElseIsADefect() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.send("SET", RedisArgument(nodes.keys.journal), "what")
      #expect(await code { _ = try await nodes.first.claim([.sample()]) } == .failed)
    }
  }
}
