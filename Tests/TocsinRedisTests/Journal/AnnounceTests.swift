import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct AnnounceTests {
  @Test func anAlertLeavesTheJournalForTheLogAndEveryone() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.listening { heard async throws in
        let claim = Claim.sample()
        _ = try await nodes.first.claim([claim])
        #expect(try await nodes.first.announce([claim.entry.alertID, .new(), claim.entry.alertID]) == 1)
        #expect(try await nodes.counts() == [0, 0])
        let batch = try await heard.batch()
        #expect(batch.predecessor == EventID(beginningOf: "e1"))
        #expect(batch.events.map(\.envelope) == [.sample(claim.entry.alertID)])
        #expect(try await nodes.first.events(after: batch.predecessor, limit: 10) == batch.events)
        #expect(try await nodes.first.newest() == batch.events[0].id)
        #expect(try await nodes.first.announce([claim.entry.alertID]) == 0)
        #expect(try await nodes.first.announce([]) == 0)
      }
    }
  }

  @Test func twoThatAnnounceAtOncePublishOnce() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.listening { heard async throws in
        let ids = try await nodes.first.claimed(50)
        for id in ids {
          async let one = nodes.first.announce([id])
          async let other = nodes.second.announce([id])
          #expect(try await one + other == 1)
        }
        var announced: [AlertID] = []
        for _ in ids { announced += try await heard.batch().events.compactMap(\.envelope?.alertID) }
        #expect(announced == ids)
        #expect(try await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 100)?.count == 50)
      }
    }
  }

  @Test func batchesOfTwoNodesFormOneChain() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.listening { heard async throws in
        let ids = try await nodes.first.claimed(300)
        try await withThrowingTaskGroup { group in
          for batch in 0..<100 {
            let some = Array(ids[batch * 3..<batch * 3 + 3])
            group.addTask { _ = try await nodes.backends[batch % 2].announce(some) }
          }
          try await group.waitForAll()
        }
        var place = EventID(beginningOf: "e1")
        var all: [LoggedEvent] = []
        while all.count < 300 {
          let batch = try await heard.batch()
          #expect(batch.predecessor == place)
          let first = try #require(ids.firstIndex(of: batch.events[0].envelope!.alertID))
          #expect(batch.events.map(\.envelope?.alertID) == ids[first..<first + 3].map { $0 })
          all += batch.events
          place = batch.events[2].id
        }
        #expect(try await nodes.second.events(after: EventID(beginningOf: "e1"), limit: 1000) == all)
        #expect(try await nodes.second.newest() == place)
      }
    }
  }

  @Test func unwrittenAlertsAreAnnouncedOnceAndKeptUntilWritten() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.listening { heard async throws in
        let ids = try await nodes.first.claimed(3)
        try await nodes.first.announceUnwritten([ids[1], ids[0]])
        try await nodes.second.announceUnwritten([ids[1], ids[0]])
        #expect(try await nodes.second.announce([ids[0], ids[2]]) == 1)
        #expect(try await heard.batch().events.map(\.envelope?.alertID) == [ids[1], ids[0]])
        #expect(try await heard.batch().events.map(\.envelope?.alertID) == [ids[2]])
        #expect(try await nodes.first.standing(of: ids) == [.unwritten, .unwritten, .none])
        #expect(Set(try await nodes.second.unwritten(limit: 10)) == [.sample(ids[0]), .sample(ids[1])])
        try await nodes.second.written(ids)
        try await nodes.second.written([])
        #expect(try await nodes.second.unwritten(limit: 10) == [])
        #expect(try await nodes.counts() == [0, 0])
      }
    }
  }

  @Test func aChangeIsAnnouncedOnce() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.listening { heard async throws in
        let changes = (0..<3).map { _ in
          let id = AlertID.new()
          return AlertChange(changeID: id, envelope: EventEnvelope.sample(id, kind: .resolved).encoded())
        }
        #expect(try await nodes.first.announce(changes: [changes[0], changes[1], changes[0]]) == 2)
        #expect(try await nodes.second.announce(changes: [changes[1], changes[2]]) == 1)
        #expect(try await nodes.second.announce(changes: changes) == 0)
        #expect(try await heard.batch().events.map(\.envelope?.alertID) == [changes[0].changeID, changes[1].changeID])
        #expect(try await heard.batch().events.map(\.envelope?.alertID) == [changes[2].changeID])
        let key = nodes.keys.announcedChange(changes[0].changeID)
        let rest = try #require(try await nodes.send("TTL", RedisArgument(key)).int)
        #expect((3500...3600).contains(rest))
      }
    }
  }
}
