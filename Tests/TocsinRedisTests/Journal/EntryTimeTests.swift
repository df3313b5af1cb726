import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// A journal whose entries and times do not belong together.
@Suite struct EntryTimeTests {
  /// A hash, its times, and how the keeper reads it.
  enum Part: CaseIterable, Sendable {
    case journal, unwritten

    func keys(_ nodes: Nodes) -> (hash: RedisArgument, times: RedisArgument) {
      switch self {
      case .journal: (RedisArgument(nodes.keys.journal), RedisArgument(nodes.keys.journalTimes))
      case .unwritten: (RedisArgument(nodes.keys.unwritten), RedisArgument(nodes.keys.unwrittenTimes))
      }
    }

    func read(_ nodes: Nodes, limit: Int) async throws -> [AlertID] {
      switch self {
      case .journal: try await nodes.first.overdue(olderThan: -1, limit: limit).map(\.alertID)
      case .unwritten: try await nodes.first.unwritten(limit: limit).map(\.alertID)
      }
    }

    func make(_ count: Int, _ nodes: Nodes) async throws -> [AlertID] {
      let ids = try await nodes.first.claimed(count)
      if self == .unwritten { try await nodes.first.announceUnwritten(ids) }
      return ids
    }
  }

  @Test(arguments: Part.allCases) func anEntryWithoutATimeIsMet(_ part: Part) async throws {
    try await Nodes.with { nodes async throws in
      // More than a script looks at, and than a small hash has.
      let ids = try await part.make(700, nodes)
      for id in ids[100...] { try await nodes.send("ZREM", part.keys(nodes).times, RedisArgument(id.description)) }
      #expect(Set(try await part.read(nodes, limit: 1000)) == Set(ids))
      #expect(try await nodes.counts().reduce(0, +) == 700)
    }
  }

  @Test(arguments: Part.allCases, ["+inf", "9e15", "1e300"])
  func aTimeAheadOfTheClockBecomesNow(_ part: Part, time: String) async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await part.make(3, nodes)
      try await nodes.send("ZADD", part.keys(nodes).times, RedisArgument(time), RedisArgument(ids[1].description))
      #expect(Set(try await part.read(nodes, limit: 10)) == Set(ids))
      _ = try await nodes.first.serverEpoch()
      let score = try await nodes.send("ZSCORE", part.keys(nodes).times, RedisArgument(ids[1].description)).string
      let milliseconds = try #require(score.flatMap { Double($0) })
      #expect(milliseconds <= Double(nodes.first.now().milliseconds + 1000))
    }
  }

  @Test(arguments: Part.allCases) func timesWithoutAnEntryGo(_ part: Part) async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await part.make(3, nodes)
      // Ahead of the entries, and as many as a page has and more.
      for number in 0..<600 { try await nodes.send("ZADD", part.keys(nodes).times, "\(number)", "x\(number)") }
      #expect(Set(try await part.read(nodes, limit: 2)).count == 2)
      #expect(Set(try await part.read(nodes, limit: 10)) == Set(ids))
      #expect(try await nodes.counts().reduce(0, +) == 3)
    }
  }

  /// As many of the one as of the other.
  @Test(arguments: Part.allCases) func theyDoNotHideEachOther(_ part: Part) async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await part.make(6, nodes)
      for id in ids[..<3] {
        try await nodes.send("ZREM", part.keys(nodes).times, RedisArgument(id.description))
        try await nodes.send("ZADD", part.keys(nodes).times, "1", RedisArgument(AlertID.new().description))
      }
      #expect(Set(try await part.read(nodes, limit: 10)) == Set(ids))
      #expect(try await nodes.counts().reduce(0, +) == 6)
    }
  }

  @Test func eachIsToldOnce() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(3)
      try await nodes.send("ZREM", RedisArgument(nodes.keys.journalTimes), RedisArgument(ids[0].description))
      try await nodes.send("ZADD", RedisArgument(nodes.keys.journalTimes), "+inf", RedisArgument(ids[1].description))
      var published = 0
      for _ in 0..<3 {
        published += try await nodes.first.announce(nodes.first.overdue(olderThan: -1, limit: 10).map(\.alertID))
      }
      #expect(published == 3)
      #expect(try await nodes.counts() == [0, 0])
    }
  }

  @Test func whatIsDiscardedOrBuriedLeavesNoTime() async throws {
    try await Nodes.with { nodes async throws in
      let gone = [Claim.sample("c1"), .sample("c2")]
      for claim in gone {
        for times in [nodes.keys.journalTimes, nodes.keys.unwrittenTimes] {
          try await nodes.send("ZADD", RedisArgument(times), "1", RedisArgument(claim.entry.alertID.description))
        }
      }
      try await nodes.first.discard([gone[0].entry.alertID], reason: "no")
      try await nodes.first.bury(
        gone[1].entry.alertID, rule: "r1", entity: gone[1].entity, tenant: .standard, reason: "no")
      #expect(try await nodes.counts() == [0, 0])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(0))
    }
  }

  @Test func whereAnAlertIsIsWhatTheHashesSay() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(2)
      try await nodes.send("ZREM", RedisArgument(nodes.keys.journalTimes), RedisArgument(ids[0].description))
      try await nodes.send("HDEL", RedisArgument(nodes.keys.journal), RedisArgument(ids[1].description))
      #expect(try await nodes.first.standing(of: ids) == [.journal, .none])
    }
  }
}
