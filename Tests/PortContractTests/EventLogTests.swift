import Testing
import TocsinCore

/// What `EventLog` and `ClusterSignals` promise, by every adapter.
@Suite struct EventLogTests {
  @Test(arguments: RedisAdapter.allCases) func eventsComeInOrderAndInPages(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.newest() == redis.beginning)
      #expect(try await redis.first.events(after: redis.beginning, limit: 10) == [])
      let ids = try await redis.claimed(5).map(\.alertID)
      try await redis.first.announce(ids)
      let two = try #require(try await redis.second.events(after: redis.beginning, limit: 2))
      let rest = try #require(try await redis.second.events(after: two[1].id, limit: 10))
      #expect((two + rest).map(\.envelope) == ids.map { .sample($0) })
      #expect(try await redis.second.events(after: rest[2].id, limit: 10) == [])
      #expect(try await redis.second.newest() == rest[2].id)
      #expect(zip(two + rest, (two + rest).dropFirst()).allSatisfy { $1.id.isAfter($0.id) })
    }
  }

  @Test(arguments: RedisAdapter.allCases) func batchesOfTwoNodesFormOneChain(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let ids = try await redis.claimed(150).map(\.alertID)
      let nodes = [redis.first, redis.second]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for batch in 0..<50 {
          let some = Array(ids[batch * 3..<batch * 3 + 3])
          group.addTask { try await nodes[batch % 2].announce(some) }
        }
        try await group.waitForAll()
      }
      var place = redis.beginning
      var all: [LoggedEvent] = []
      while all.count < 150 {
        let batch = try await redis.heard.batch()
        #expect(batch.predecessor == place)
        all += batch.events
        place = batch.events[2].id
      }
      #expect(try await redis.second.events(after: redis.beginning, limit: 1000) == all)
      #expect(Set(all.compactMap(\.envelope?.alertID)) == Set(ids))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aPlaceOfAnotherEpochIsUnknown(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.announce(try await redis.claimed(1).map(\.alertID))
      var place = try await redis.first.newest()
      #expect(try await redis.first.isIntact(upTo: place))
      place.epoch = "e0"
      #expect(try await redis.first.events(after: place, limit: 10) == nil)
      #expect(try await redis.first.events(after: EventID(beginningOf: "e0"), limit: 10) == nil)
      #expect(try await !redis.first.isIntact(upTo: place))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aPlaceThatTheLogNeverHadIsUnknownAndLost(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.isIntact(upTo: redis.beginning))
      try await redis.first.announce(try await redis.claimed(1).map(\.alertID))
      var place = try await redis.first.newest()
      place.sequence += 1
      #expect(try await redis.first.events(after: place, limit: 10) == nil)
      #expect(try await !redis.first.isIntact(upTo: place))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func whatWasTrimmedIsUnknownAndNotLost(_ adapter: RedisAdapter) async throws {
    try await adapter.with(eventLogLength: 60) { redis async throws in
      try await redis.first.announce(try await redis.claimed(1).map(\.alertID))
      let early = try await redis.first.newest()
      try await redis.first.announce(try await redis.claimed(50).map(\.alertID))
      #expect(try await redis.first.events(after: redis.beginning, limit: 1)?.count == 1)
      try await redis.first.announce(try await redis.claimed(250).map(\.alertID))
      #expect(try await redis.first.events(after: early, limit: 1) == nil)
      #expect(try await redis.first.events(after: redis.beginning, limit: 1) == nil)
      #expect(try await redis.first.isIntact(upTo: early))
      let newest = try await redis.first.newest()
      #expect(try await redis.first.events(after: newest, limit: 1) == [])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func anEventOfAnUnknownVersionKeepsItsPlace(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.announce(changes: [AlertChange(changeID: .new(), envelope: Array("2 new".utf8))])
      let events = try await redis.first.events(after: redis.beginning, limit: 10)
      #expect(events == [LoggedEvent(id: try await redis.first.newest(), envelope: nil)])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func signalsReachEveryone(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.rulesChanged(version: 7)
      try await redis.second.probe("a token")
      guard case .rulesChanged(7) = await redis.heard.next() else { throw Unexpected() }
      guard case .probe("a token") = await redis.heard.next() else { throw Unexpected() }
      try await redis.first.checkWrites()
    }
  }
}
