import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct ClaimTests {
  @Test func theFirstClaimWinsAndEntersTheJournal() async throws {
    try await Nodes.with(2) { nodes async throws in
      let claim = Claim.sample()
      #expect(try await nodes.first.claim([claim]) == [.won])
      #expect(try await nodes.second.claim([.sample()]).won == [false])
      #expect(try await nodes.second.overdue(olderThan: -1, limit: 10) == [claim.entry])
      #expect(try await nodes.counts() == [1, 0])
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
      #expect(try await nodes.first.claim([.sample()]) == [.lost(.newerRelease)])
      #expect(try await nodes.text(key) == "2|what")
    }
  }

  @Test func claimsNeedConfirmationWhileCooldownsAreRestored() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.begin(epoch: "e1")
      #expect(try await nodes.first.claim([.sample()]) == [.unconfirmed(.restoring)])
      try await nodes.first.finishRestore(of: "e1", node: "test")
      #expect(try await nodes.first.claim([.sample()]).won == [false])
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

  @Test func aClaimThatIsLostSaysWhatHoldsIt() async throws {
    try await Nodes.with { nodes async throws in
      let first = Claim.sample("c0")
      let second = Claim.sample("c0")
      // Of equal claims in one call the first one holds the second.
      guard case .lost(.cooldown(let firedAt, let alertID)) = try await nodes.first.claim([first, second])[1] else {
        throw Unexpected()
      }
      #expect(alertID == first.entry.alertID)
      #expect(abs(firedAt.milliseconds - nodes.first.now().milliseconds) < 60_000)
      let running = ClaimOutcome.lost(.cooldown(firedAt: firedAt, alertID: alertID))
      #expect(try await nodes.first.claim([second, .sample("c1")]) == [running, .won])

      let id = AlertID.new()
      let fired = firedAt.milliseconds - 60_000
      let texts: [(String, ClaimOutcome)] = [
        ("1|\(fired)|\(id)|i1", .lost(.cooldown(firedAt: Timestamp(milliseconds: fired), alertID: id))),
        ("1|000000\(fired)|\(id)|i1", .lost(.cooldown(firedAt: Timestamp(milliseconds: fired), alertID: id))),
        ("1|\(fired)|no id|i1", .lost(.cooldown(firedAt: Timestamp(milliseconds: fired), alertID: nil))),
        ("1|\(fired)||i1", .lost(.cooldown(firedAt: Timestamp(milliseconds: fired), alertID: nil))),
        ("2|\(fired)|\(id)|i1", .lost(.newerRelease)), ("1|\(fired)|\(id)|i0", .won),
        ("1|\(fired - 30 * 60_000)|\(id)|i1", .won), ("nonsense", .unconfirmed(.unreadable)),
      ]
      for (number, (text, _)) in texts.enumerated() {
        try await nodes.send("SET", RedisArgument(nodes.keys.cooldown(.sample("t\(number)"))), RedisArgument(text))
      }
      let claims = texts.indices.map { Claim.sample("t\($0)") }
      #expect(try await nodes.first.preview(claims) == texts.map(\.1))
      #expect(try await nodes.first.claim(claims) == texts.map(\.1))
    }
  }

  @Test func aPreviewChangesNothing() async throws {
    try await Nodes.with(journalLimit: 3) { nodes async throws in
      let old = Claim.sample("old")
      _ = try await nodes.first.claim([old])
      try await nodes.send("RPUSH", RedisArgument(nodes.keys.cooldown(.sample("list"))), "x")
      try await nodes.send("SET", RedisArgument(nodes.keys.cooldown(.sample("text"))), "x")
      let claims: [Claim] = [
        .sample("old"), .sample("new"), .sample("list"), .sample("text"), .sample("list", minutes: 0),
      ]
      let before = try await nodes.state()
      let preview = try await nodes.first.preview(claims)
      #expect(preview.won == [false, true, true, true, true])
      #expect(preview.unsure == [2, 3])
      #expect(try await nodes.first.preview([]) == [])
      #expect(try await nodes.first.preview((0..<600).map { .sample("c\($0)") }) == Array(repeating: .won, count: 600))
      #expect(try await nodes.state() == before)
      #expect(try await nodes.first.claim(claims) == preview)
      // It fails where a claim does.
      #expect(await code { _ = try await nodes.first.preview([.sample()]) } == .full)
      try await nodes.send("SET", RedisArgument(nodes.keys.epoch), "e2")
      #expect(await code { _ = try await nodes.first.preview([.sample()]) } == .stale)
    }
  }
}
