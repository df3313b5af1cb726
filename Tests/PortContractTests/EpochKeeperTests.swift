import Testing
import TocsinCore

/// What `EpochKeeper` promises, by every adapter.
@Suite struct EpochKeeperTests {
  @Test(arguments: RedisAdapter.allCases) func beginningTellsEveryoneAndKeepsJournalAndLog(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let ids = try await redis.claimed(3).map(\.alertID)
      try await redis.first.announce([ids[0]])
      try await redis.first.announceUnwritten([ids[1]])
      let place = try await redis.first.newest()
      for _ in 0..<2 { _ = try await redis.heard.batch() }
      try await redis.first.begin(epoch: "e2")
      guard case .epochBegan("e2") = await redis.heard.next() else { throw Unexpected() }
      #expect(try await redis.second.serverEpoch() == "e2")
      #expect(redis.second.epoch == "e1")
      #expect(try await redis.counts() == [1, 1])
      let same = EventID(epoch: "e2", milliseconds: place.milliseconds, sequence: place.sequence)
      #expect(try await redis.first.newest() == same)
      redis.second.adopt(epoch: "e2")
      #expect(redis.second.epoch == "e2")
      #expect(try await redis.second.announce(ids) == 1)
      #expect(try await redis.heard.batch().predecessor == same)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func oneNodeRestoresAndSaysWhenItIsDone(_ adapter: RedisAdapter) async throws
  {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.holdRestoreLock(node: "a", milliseconds: 60_000))
      #expect(try await !redis.second.holdRestoreLock(node: "b", milliseconds: 60_000))
      #expect(try await redis.first.holdRestoreLock(node: "a", milliseconds: 60_000))
      #expect(try await !redis.second.isRestoring())
      try await redis.first.begin(epoch: "e2")
      #expect(try await redis.second.isRestoring())
      try await redis.second.finishRestore(of: "e1", node: "b")
      #expect(try await redis.second.isRestoring())
      #expect(try await !redis.second.holdRestoreLock(node: "b", milliseconds: 60_000))
      redis.first.adopt(epoch: "e2")
      #expect(try await redis.first.claim([redis.claim()]) == [.unconfirmed(.restoring)])
      try await redis.first.finishRestore(of: "e2", node: "a")
      #expect(try await !redis.second.isRestoring())
      #expect(try await redis.first.claim([redis.claim()]).won == [false])
      #expect(try await redis.second.holdRestoreLock(node: "b", milliseconds: 60_000))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func theLockIsGivenBackByItsHolderOnlyAndEndsByItself(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.holdRestoreLock(node: "a", milliseconds: 60_000))
      try await redis.second.releaseRestoreLock(node: "b")
      #expect(try await !redis.second.holdRestoreLock(node: "b", milliseconds: 60_000))
      for _ in 0..<2 { try await redis.first.releaseRestoreLock(node: "a") }
      #expect(try await redis.second.holdRestoreLock(node: "b", milliseconds: 20))
      while try await !redis.first.holdRestoreLock(node: "a", milliseconds: 60_000) { redis.tick() }
    }
  }

  @Test(arguments: RedisAdapter.allCases) func theLaterCooldownWins(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let claim = redis.claim()
      try await redis.first.restore([])
      try await redis.first.restore([redis.cooldown(claim, minutesAgo: 31)])
      #expect(try await redis.won(redis.first, [redis.claim()]) == [true])
      let other = redis.claim("c2")
      for minutes: Int64 in [20, 10, 15, 10] {
        try await redis.first.restore([redis.cooldown(other, minutesAgo: minutes)])
      }
      #expect(try await redis.won(redis.first, [redis.claim("c2", minutes: 11)]) == [false])
      #expect(try await redis.won(redis.first, [redis.claim("c2", minutes: 9)]) == [true])
      // What was claimed meanwhile stays.
      try await redis.first.restore([redis.cooldown(other, minutesAgo: 5)])
      #expect(try await redis.won(redis.first, [redis.claim("c2", minutes: 1)]) == [false])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func manyCooldownsAreRestored(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let claims = (0..<1000).map { redis.claim("c\($0)") }
      try await redis.first.restore(claims.map { redis.cooldown($0, minutesAgo: 1) })
      #expect(try await redis.won(redis.second, claims).allSatisfy { !$0 })
    }
  }
}
