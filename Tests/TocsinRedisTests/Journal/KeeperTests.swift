import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct KeeperTests {
  @Test func overdueEntriesComeOldestFirst() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(4)
      _ = try await nodes.first.serverEpoch()
      let now = nodes.first.now().milliseconds
      for (id, age) in zip(ids, [10_000, 0, 60_000, 4_000] as [Int64]) {
        try await nodes.send(
          "ZADD", RedisArgument(nodes.keys.journalTimes), RedisArgument(now - age), RedisArgument(id.description))
      }
      #expect(try await nodes.first.overdue(olderThan: 3000, limit: 10).map(\.alertID) == [ids[2], ids[0], ids[3]])
      #expect(try await nodes.first.overdue(olderThan: 3000, limit: 2).map(\.alertID) == [ids[2], ids[0]])
      #expect(try await nodes.first.overdue(olderThan: 30_000, limit: 2) == [.sample(ids[2])])
      #expect(try await nodes.first.overdue(olderThan: 90_000, limit: 2) == [])
      #expect(try await nodes.first.overdue(olderThan: 0, limit: 0) == [])
    }
  }

  @Test func unwrittenAlertsComeOldestFirst() async throws {
    try await Nodes.with { nodes in
      let ids = try await nodes.first.claimed(3)
      try await nodes.first.announceUnwritten(ids)
      // One of them from a time when the server's clock was ahead.
      for (id, time) in zip(ids, [2, 9_000_000_000_000, 1] as [Int64]) {
        try await nodes.send(
          "ZADD", RedisArgument(nodes.keys.unwrittenTimes), RedisArgument(time), RedisArgument(id.description))
      }
      #expect(try await nodes.first.unwritten(limit: 10) == [ids[2], ids[0], ids[1]].map { .sample($0) })
      #expect(try await nodes.first.unwritten(limit: 1).map(\.alertID) == [ids[2]])
    }
  }

  @Test func theBacklogIsWhatTheJournalAndUnwrittenHold() async throws {
    try await Nodes.with(journalLimit: 7) { nodes in
      #expect(try await nodes.first.backlog() == JournalBacklog(journal: 0, unwritten: 0, limit: 7))
      let ids = try await nodes.first.claimed(4)
      try await nodes.first.announceUnwritten([ids[0]])
      try await nodes.first.announce([ids[1]])
      #expect(try await nodes.first.backlog() == JournalBacklog(journal: 2, unwritten: 1, limit: 7))
      try await nodes.first.written([ids[0]])
      #expect(try await nodes.first.backlog() == JournalBacklog(journal: 2, unwritten: 0, limit: 7))
    }
  }

  @Test func entriesOfAnUnknownVersionDoNotHideOthers() async throws {
    try await Nodes.with { nodes async throws in
      for number in 0..<300 {
        try await nodes.send("HSET", RedisArgument(nodes.keys.journal), "x\(number)", "2 unknown")
        try await nodes.send("ZADD", RedisArgument(nodes.keys.journalTimes), "1", "x\(number)")
      }
      let ids = try await nodes.first.claimed(2)
      #expect(Set(try await nodes.first.overdue(olderThan: -1, limit: 2).map(\.alertID)) == Set(ids))
      #expect(try await nodes.counts() == [302, 0])
    }
  }

  @Test func oneNodeHoldsTheLease() async throws {
    try await Nodes.with(2) { nodes async throws in
      #expect(try await nodes.first.holdKeeperLease(node: "a", milliseconds: 60_000))
      #expect(try await !nodes.second.holdKeeperLease(node: "b", milliseconds: 60_000))
      #expect(try await nodes.first.holdKeeperLease(node: "a", milliseconds: 90_000))
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(nodes.keys.keeper)).int)
      #expect((80_000...90_000).contains(rest))
      try await nodes.send("DEL", RedisArgument(nodes.keys.keeper))
      #expect(try await nodes.second.holdKeeperLease(node: "b", milliseconds: 60_000))
      #expect(try await !nodes.first.holdKeeperLease(node: "a", milliseconds: 60_000))
    }
  }

  @Test func aBuriedAlertIsKeptWithItsReasonAndReleasesItsCooldown() async throws {
    try await Nodes.with { nodes async throws in
      let claims = [Claim.sample("c1"), .sample("c2"), .sample("c3")]
      _ = try await nodes.first.claim(claims)
      try await nodes.first.announceUnwritten([claims[1].entry.alertID])
      for claim in claims[0...1] + claims[0...0] {
        try await nodes.first.bury(
          claim.entry.alertID, rule: claim.ruleID, entity: claim.entity, tenant: .standard, reason: "22021 ü")
        #expect(try await nodes.text(nodes.keys.cooldown(claim)) == nil)
      }
      #expect(try await nodes.counts() == [1, 0])
      let letters = try await nodes.send("XRANGE", RedisArgument(nodes.keys.deadLetters), "-", "+").array ?? []
      let fields = letters.compactMap { $0.array?[1].array?.compactMap(\.string) }
      #expect(
        fields
          == claims[0...1].map { claim in
            [
              "e", String(decoding: claim.entry.envelope, as: UTF8.self), "alert_id",
              claim.entry.alertID.description, "reason", "22021 ü",
            ]
          })
    }
  }

  @Test func aCooldownOfALaterAlertOutlivesTheBurial() async throws {
    try await Nodes.with { nodes async throws in
      let buried = Claim.sample(incarnation: "i1")
      _ = try await nodes.first.claim([buried, .sample(incarnation: "i2")])
      try await nodes.first.bury(
        buried.entry.alertID, rule: buried.ruleID, entity: buried.entity, tenant: .standard, reason: "no")
      #expect(try await nodes.first.claim([.sample(incarnation: "i2")]).won == [false])
    }
  }
}
