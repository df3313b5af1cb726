import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// Keys of Tocsin's that hold something of another type.
@Suite struct ForeignKeyTests {
  /// What is replaced whatever it is: it holds nothing that is not known better elsewhere.
  private func isReplaceable(_ key: String, _ keys: Keys) -> Bool {
    [
      keys.epoch, keys.restoring, keys.restoreLock, keys.keeper, keys.newestEvent, keys.rules, keys.rulesVersion,
      keys.rulesHistory,
    ].contains(key)
  }

  private func places(_ keys: Keys) -> [String] {
    [
      keys.epoch, keys.restoring, keys.restoreLock, keys.keeper, keys.journal, keys.journalTimes, keys.unwritten,
      keys.unwrittenTimes, keys.events, keys.newestEvent, keys.deadLetters, keys.rules, keys.rulesVersion,
      keys.rulesHistory, keys.cooldown(.sample("claimed")), keys.cooldown(.sample("new1")),
      keys.cooldown(.sample("new2")),
      keys.window(tenant: .standard, entity: Entity(campaignID: "c"), metric: "m", lookbackMinutes: 1),
      keys.window(tenant: .standard, entity: Entity(campaignID: "d"), metric: "m", lookbackMinutes: 2),
    ]
  }

  /// What is refused changes nothing at all, and is no defect of the node's.
  @Test(arguments: Deed.all) func nothingIsHalfDone(deed: Deed) async throws {
    try await Nodes.with { nodes async throws in
      for place in places(nodes.keys) {
        for key in try await nodes.state().values.keys { try await nodes.send("DEL", RedisArgument(key)) }
        try await nodes.first.begin(epoch: "e1")
        try await nodes.first.finishRestore(of: "e1", node: "test")
        let prepared = try await Deed.prepare(nodes)
        try await nodes.send("DEL", RedisArgument(place))
        try await nodes.send("RPUSH", RedisArgument(place), "x")
        let before = try await nodes.state()
        let outcome = await code { try await deed.perform(nodes.first, prepared) }
        let after = try await nodes.state()
        if let outcome {
          #expect(after == before, "\(place)")
          #expect(outcome == .unavailable || outcome == .stale && place == nodes.keys.epoch, "\(place): \(outcome)")
        }
        if !isReplaceable(place, nodes.keys) { #expect(after[place] == before[place], "\(place)") }
      }
    }
  }

  @Test func aClaimWhoseCooldownIsNoneWinsAndIsToBeConfirmed() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.send("RPUSH", RedisArgument(nodes.keys.cooldown(.sample("list"))), "x")
      let now = nodes.first.now().milliseconds
      let texts = ["", "x", "1|", "1|x|y|i1", "1|\(now + 31 * 60_000)|a|i1", "1|9999999999999999999999999|a|i1"]
      for (number, text) in texts.enumerated() {
        try await nodes.send("SET", RedisArgument(nodes.keys.cooldown(.sample("t\(number)"))), RedisArgument(text))
      }
      let claims = [Claim.sample("list"), .sample("fine")] + texts.indices.map { .sample("t\($0)") }
      let outcome = try await nodes.first.claim(claims)
      #expect(outcome.won == claims.map { _ in true })
      #expect(outcome.unsure == Set([0] + texts.indices.map { $0 + 2 }))
      #expect(try await nodes.counts() == [claims.count, 0])
      // What was a text is a cooldown now; the list is left alone, and its claims are to be confirmed each time.
      let again = try await nodes.first.claim(claims)
      #expect(again.won == [true] + claims.dropFirst().map { _ in false })
      #expect(again.unsure == [0])
      try await nodes.first.retract(claims[0], inFavourOf: .sample(claims[0], id: .new(at: now)))
      #expect(try await nodes.send("TYPE", RedisArgument(nodes.keys.cooldown(claims[0]))).string == "list")
    }
  }

  @Test func equalClaimsWithAForeignCooldownLeaveItAlone() async throws {
    try await Nodes.with { nodes async throws in
      let key = RedisArgument(nodes.keys.cooldown(.sample()))
      try await nodes.send("RPUSH", key, "x")
      let outcome = try await nodes.first.claim([.sample(incarnation: "a"), .sample(incarnation: "b"), .sample()])
      #expect(outcome.won == [true, true, true])
      #expect(outcome.unsure == [0, 1, 2])
      #expect(try await nodes.send("TYPE", key).string == "list")
    }
  }

  @Test func aLeaseThatWouldNeverEndIsNone() async throws {
    try await Nodes.with { nodes async throws in
      let key = RedisArgument(nodes.keys.keeper)
      func isHeld() async throws -> Bool { try await nodes.first.holdKeeperLease(node: "a", milliseconds: 60_000) }
      try await nodes.send("SET", key, "b", "PX", "60000")
      #expect(try await !isHeld())
      try await nodes.send("SET", key, "b", "PX", "9000000000")
      #expect(try await isHeld())
      try await nodes.send("SET", key, "b")
      #expect(try await isHeld())
      try await nodes.send("DEL", key)
      try await nodes.send("RPUSH", key, "b")
      #expect(try await isHeld())
      let rest = try #require(try await nodes.send("PTTL", key).int)
      #expect((1...60_000).contains(rest))
    }
  }

  @Test func onlyTheEpochsOwnRestoreIsUnderWay() async throws {
    try await Nodes.with { nodes async throws in
      for text in ["", "x", "e0"] {
        try await nodes.send("SET", RedisArgument(nodes.keys.restoring), RedisArgument(text))
        #expect(try await !nodes.first.isRestoring())
        #expect(try await !nodes.first.claim([.sample("c\(text)")]).needsConfirmation)
      }
      try await nodes.send("SET", RedisArgument(nodes.keys.restoring), "e1")
      #expect(try await nodes.first.isRestoring())
      #expect(try await nodes.first.claim([.sample("c9")]).needsConfirmation)
    }
  }
}
