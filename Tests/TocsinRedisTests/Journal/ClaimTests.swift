import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct ClaimTests {
  @Test func theFirstClaimWinsAndEntersTheJournal() async throws {
    try await Nodes.with(2) { nodes async throws in
      let claim = Claim.sample()
      #expect(try await nodes.first.claim([claim]) == ClaimOutcome(won: [true], needsConfirmation: false))
      #expect(try await nodes.second.claim([.sample()]) == ClaimOutcome(won: [false], needsConfirmation: false))
      #expect(try await nodes.second.overdue(olderThan: -1, limit: 10) == [claim.entry])
      #expect(try await nodes.counts() == [1, 0])
    }
  }

  @Test func rulesAndEntitiesDoNotDisturbEachOther() async throws {
    try await Nodes.with { nodes async throws in
      // The last two would have one key if its parts were parted by colons.
      let claims: [Claim] = [
        .sample(), .sample("c2"), .sample(rule: "r2"), .sample("5:abcde", rule: "r"), .sample("abcde", rule: "r:7"),
      ]
      #expect(try await nodes.first.claim(claims).won == [true, true, true, true, true])
      #expect(try await nodes.first.claim([.sample("c3"), claims[1], .sample("c4")]).won == [true, false, true])
      #expect(try await nodes.first.claim([]).won == [])
    }
  }

  @Test func ofManyEqualClaimsExactlyOneWins() async throws {
    try await Nodes.with(2) { nodes async throws in
      for entity in 0..<200 {
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
          for task in 0..<64 {
            group.addTask { try await nodes.backends[task % 2].claim([.sample("c\(entity)")]).won[0] }
          }
          return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
      }
      #expect(try await nodes.counts() == [200, 0])
    }
  }

  @Test func ofEqualClaimsInOneCallTheSecondLoses() async throws {
    try await Nodes.with { nodes async throws in
      let claims = [Claim.sample(), .sample(), .sample("c2")]
      #expect(try await nodes.first.claim(claims).won == [true, false, true])
      #expect(try await nodes.first.standing(of: claims.map(\.entry.alertID)) == [.journal, .none, .journal])
    }
  }

  @Test func anotherIncarnationOfTheRuleWins() async throws {
    try await Nodes.with { nodes async throws in
      #expect(try await nodes.first.claim([.sample(incarnation: "old|i")]).won == [true])
      #expect(try await nodes.first.claim([.sample(incarnation: "old|i")]).won == [false])
      #expect(try await nodes.first.claim([.sample(incarnation: "i")]).won == [true])
      #expect(try await nodes.first.claim([.sample(incarnation: "i")]).won == [false])
    }
  }

  @Test func theClaimsOwnLengthCounts() async throws {
    try await Nodes.with { nodes async throws in
      let claim = Claim.sample()
      let key = nodes.keys.cooldown(claim)
      _ = try await nodes.first.serverEpoch()
      let fired = nodes.first.now().milliseconds - 20 * 60_000
      try await nodes.send("SET", RedisArgument(key), "1|\(fired)|\(AlertID.new())|i1")
      #expect(try await nodes.first.claim([.sample(minutes: 30)]).won == [false])
      #expect(try await nodes.first.claim([.sample(minutes: 21)]).won == [false])
      #expect(try await nodes.first.claim([.sample(minutes: 19)]).won == [true])
    }
  }

  @Test func aCooldownLastsAsLongAsItWasWhenItBegan() async throws {
    try await Nodes.with { nodes async throws in
      let claim = Claim.sample(minutes: 30)
      #expect(try await nodes.first.claim([claim]).won == [true])
      #expect(try await nodes.first.claim([.sample(minutes: 60)]).won == [false])
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(nodes.keys.cooldown(claim))).int)
      #expect((29 * 60_000...30 * 60_000).contains(rest))
    }
  }

  @Test func aLengthOfZeroAlwaysWinsAndLeavesNoCooldown() async throws {
    try await Nodes.with { nodes async throws in
      #expect(try await nodes.first.claim([.sample(minutes: 0), .sample(minutes: 0)]).won == [true, true])
      #expect(try await nodes.text(nodes.keys.cooldown(.sample())) == nil)
      #expect(try await nodes.first.claim([.sample(minutes: 30), .sample(minutes: 0)]).won == [true, true])
      #expect(try await nodes.counts() == [4, 0])
    }
  }

  @Test func aCooldownOfAnUnknownVersionIsLeftAlone() async throws {
    try await Nodes.with { nodes async throws in
      let key = nodes.keys.cooldown(.sample())
      try await nodes.send("SET", RedisArgument(key), "2|what")
      #expect(try await nodes.first.claim([.sample()]).won == [false])
      #expect(try await nodes.text(key) == "2|what")
    }
  }

  @Test func claimsNeedConfirmationWhileCooldownsAreRestored() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.begin(epoch: "e1")
      #expect(try await nodes.first.claim([.sample()]) == ClaimOutcome(won: [true], needsConfirmation: true))
      try await nodes.first.finishRestore(of: "e1", node: "test")
      #expect(try await nodes.first.claim([.sample()]) == ClaimOutcome(won: [false], needsConfirmation: false))
    }
  }

  @Test func whenTheJournalIsFullNothingIsDone() async throws {
    try await Nodes.with(journalLimit: 2) { nodes async throws in
      let claims = [Claim.sample("c1"), .sample("c2")]
      _ = try await nodes.first.claim(claims)
      try await nodes.first.announceUnwritten([claims[0].entry.alertID])
      #expect(await code { _ = try await nodes.first.claim([.sample("c3")]) } == .full)
      #expect(try await nodes.text(nodes.keys.cooldown(.sample("c3"))) == nil)
      #expect(try await nodes.counts() == [1, 1])
      try await nodes.first.written([claims[0].entry.alertID])
      #expect(try await nodes.first.claim([.sample("c3")]).won == [true])
    }
  }
}
