import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct AnnounceTests {
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
