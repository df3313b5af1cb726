import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct ClusterSealTests {
  private let own = DatabaseIdentity(id: "7d9.16384", description: "\"tocsin\", schema \"public\" at 10.0.0.5:5432 | a")
  private let another = DatabaseIdentity(id: "8aa.5", description: "\"staging\"")

  @Test func theFirstNodeSealsAndOthersFindIt() async throws {
    try await Nodes.with(2) { nodes async throws in
      let first = try await nodes.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 3_600_000)
      #expect(first == FoundSeal(seal: ClusterSeal(redisIdentity: "r1", database: own), millisecondsLeft: 3_600_000))
      let second = try await nodes.second.seal(ClusterSeal(redisIdentity: "r2", database: own), lasting: 3_600_000)
      #expect(second?.seal == first?.seal)
    }
  }

  /// After a restore the database is another one by its numbers, and the nodes go on.
  @Test func aSealOfTheSameDatabaseBeforeItWasRestoredBecomesItsOwn() async throws {
    try await Nodes.with(2) { nodes async throws in
      let restored = DatabaseIdentity(id: "7d9.17281", description: own.description)
      _ = try await nodes.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 3_600_000)
      let foreign = try await nodes.second.seal(
        ClusterSeal(redisIdentity: "r2", database: restored), insteadOf: another, lasting: 3_600_000)
      #expect(foreign?.seal.database == own)
      let first = try await nodes.first.seal(
        ClusterSeal(redisIdentity: "r1", database: restored), insteadOf: own, lasting: 3_600_000)
      #expect(first?.seal == ClusterSeal(redisIdentity: "r1", database: restored))
      let second = try await nodes.second.seal(ClusterSeal(redisIdentity: "r2", database: restored), lasting: 3_600_000)
      #expect(second?.seal == first?.seal)
    }
  }

  @Test func afterALossOfDataItIsWrittenAgain() async throws {
    try await Nodes.with { nodes async throws in
      let seal = ClusterSeal(redisIdentity: "r1", database: own)
      _ = try await nodes.first.seal(seal, lasting: 3_600_000)
      _ = try await nodes.send("DEL", RedisArgument(nodes.keys.seal))
      #expect(try await nodes.first.seal(seal, lasting: 3_600_000)?.seal == seal)
    }
  }

  @Test(arguments: ["2|r|d|text", "1|r", "", "nonsense", "1|||"])
  func otherFormsAreLeftAlone(_ value: String) async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.send("SET", RedisArgument(nodes.keys.seal), RedisArgument(value))
      let found = try await nodes.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 3_600_000)
      if value == "1|||" { #expect(found?.seal.database.id == "") } else { #expect(found == nil) }
      #expect(try await nodes.send("GET", RedisArgument(nodes.keys.seal)).string == value)
    }
  }

  @Test func aKeyOfAnotherTypeIsLeftAlone() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.send("LPUSH", RedisArgument(nodes.keys.seal), "a")
      #expect(try await nodes.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 3_600_000) == nil)
      #expect(try await nodes.send("LLEN", RedisArgument(nodes.keys.seal)) == .integer(1))
    }
  }
}
