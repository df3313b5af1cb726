import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct ReenterTests {
  @Test func onlyWhatIsNeitherInTheJournalNorInTheLogIsEntered() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let claims = (0..<4).map { Claim.sample("c\($0)", id: .new(at: nodes.first.now().milliseconds)) }
      _ = try await nodes.first.claim(claims)
      let ids = claims.map(\.entry.alertID)
      try await nodes.first.announce([ids[1]])
      try await nodes.first.announceUnwritten([ids[2]])
      try await nodes.first.written([ids[2]])
      try await nodes.send("HDEL", RedisArgument(nodes.keys.journal), RedisArgument(ids[3].description))
      try await nodes.send("ZREM", RedisArgument(nodes.keys.journalTimes), RedisArgument(ids[3].description))
      for _ in 0..<2 {
        try await nodes.first.reenter(claims.map(\.entry) + claims.map(\.entry))
        #expect(try await nodes.first.standing(of: ids) == [.journal, .none, .none, .journal])
        #expect(try await nodes.counts() == [2, 0])
      }
      #expect(try await nodes.first.announce(ids) == 2)
      try await nodes.first.reenter(claims.map(\.entry))
      #expect(try await nodes.counts() == [0, 0])
    }
  }

  @Test func unwrittenAlertsAreLeftAsTheyAre() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(1)
      try await nodes.first.announceUnwritten(ids)
      try await nodes.send("DEL", RedisArgument(nodes.keys.events))
      try await nodes.first.reenter([.sample(ids[0])])
      #expect(try await nodes.counts() == [0, 1])
    }
  }

  @Test func aLongLogIsSearchedToItsEnd() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let last = JournalEntry.sample(.new(at: nodes.first.now().milliseconds))
      let others = (0..<600).map { _ in JournalEntry.sample(.new(at: nodes.first.now().milliseconds)) }
      try await nodes.first.reenter(others)
      try await nodes.first.reenter([last])
      try await nodes.first.announce(others.map(\.alertID) + [last.alertID])
      try await nodes.first.reenter([last, others[0], .sample()])
      #expect(try await nodes.counts() == [1, 0])
    }
  }
}
