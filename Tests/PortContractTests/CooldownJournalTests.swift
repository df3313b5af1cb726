import Testing
import TocsinCore

/// What `CooldownJournal` promises, by every adapter.
@Suite struct CooldownJournalTests {
  @Test(arguments: RedisAdapter.allCases) func theFirstClaimWinsAndEntersTheJournal(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let claim = redis.claim()
      #expect(try await redis.first.claim([claim]) == [.won])
      #expect(try await redis.second.claim([redis.claim()]).won == [false])
      #expect(try await redis.second.overdue(olderThan: -1, limit: 10) == [claim.entry])
      #expect(try await redis.counts() == [1, 0])
      #expect(try await redis.first.claim([]) == [])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func rulesAndEntitiesDoNotDisturbEachOther(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      // The last two would have one key if its parts were parted by colons.
      let claims = [
        redis.claim(), redis.claim("c2"), redis.claim(rule: "r2"), redis.claim("5:abcde", rule: "r"),
        redis.claim("abcde", rule: "r:7"),
      ]
      #expect(try await redis.won(redis.first, claims) == [true, true, true, true, true])
      let again = [redis.claim("c3"), redis.claim("c2"), redis.claim("c4")]
      #expect(try await redis.won(redis.second, again) == [true, false, true])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func ofManyEqualClaimsExactlyOneWins(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      for entity in 0..<50 {
        let claims = (0..<32).map { _ in redis.claim("c\(entity)") }
        let nodes = [redis.first, redis.second]
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
          for (number, claim) in claims.enumerated() {
            group.addTask { try await nodes[number % 2].claim([claim]).won == [true] }
          }
          return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
      }
      #expect(try await redis.counts() == [50, 0])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func ofEqualClaimsInOneCallTheSecondLoses(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let claims = [redis.claim(), redis.claim(), redis.claim("c2")]
      #expect(try await redis.won(redis.first, claims) == [true, false, true])
      #expect(try await redis.first.standing(of: claims.map(\.entry.alertID)) == [.journal, .none, .journal])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func anotherIncarnationWins(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      for (incarnation, wins) in [("old|i", true), ("old|i", false), ("i", true), ("i", false)] {
        #expect(try await redis.won(redis.first, [redis.claim(incarnation: incarnation)]) == [wins])
      }
    }
  }

  @Test(arguments: RedisAdapter.allCases) func theClaimsOwnLengthCounts(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      try await redis.first.restore([redis.cooldown(redis.claim(), minutesAgo: 20)])
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 30)]) == [false])
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 21)]) == [false])
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 19)]) == [true])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aLengthOfZeroAlwaysWinsAndLeavesNoCooldown(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 0), redis.claim(minutes: 0)]) == [true, true])
      #expect(try await redis.won(redis.first, [redis.claim(), redis.claim(minutes: 0)]) == [true, true])
      #expect(try await redis.counts() == [4, 0])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aLostClaimSaysWhichAlertHoldsItBack(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let cooldown = redis.cooldown(redis.claim(), minutesAgo: 10)
      try await redis.first.restore([cooldown])
      let lost = ClaimOutcome.lost(.cooldown(firedAt: cooldown.alertID.timestamp, alertID: cooldown.alertID))
      #expect(try await redis.first.claim([redis.claim(), redis.claim("c2")]) == [lost, .won])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aPreviewSaysWhatAClaimWouldAndChangesNothing(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let cooldown = redis.cooldown(redis.claim(), minutesAgo: 10)
      try await redis.first.restore([cooldown])
      let claims = [redis.claim(), redis.claim("c2"), redis.claim("c3", minutes: 0)]
      let preview = try await redis.second.preview(claims)
      #expect(try await redis.second.preview(claims) == preview)
      #expect(try await redis.counts() == [0, 0])
      #expect(try await redis.first.claim(claims) == preview)
      #expect(try await redis.first.preview([]) == [])
      redis.second.suspend()
      #expect(await code { _ = try await redis.second.preview(claims) } == .stale)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func whereTheLimitIsReachedNothingIsDone(_ adapter: RedisAdapter) async throws
  {
    try await adapter.with(journalLimit: 2) { redis async throws in
      let claims = [redis.claim("c1"), redis.claim("c2")]
      _ = try await redis.first.claim(claims)
      try await redis.first.announceUnwritten([claims[0].entry.alertID])
      #expect(await code { _ = try await redis.first.claim([redis.claim("c3")]) } == .full)
      #expect(try await redis.first.backlog() == JournalBacklog(journal: 1, unwritten: 1, limit: 2))
      try await redis.first.written([claims[0].entry.alertID])
      // It had taken no cooldown.
      #expect(try await redis.won(redis.first, [redis.claim("c3")]) == [true])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aRetractedClaimLeavesTheEarlierCooldown(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let claim = redis.claim()
      _ = try await redis.first.claim([claim])
      for _ in 0..<2 { try await redis.first.retract(claim, inFavourOf: redis.cooldown(claim, minutesAgo: 10)) }
      #expect(try await redis.counts() == [0, 0])
      #expect(try await redis.first.announce([claim.entry.alertID]) == 0)
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 11)]) == [false])
      #expect(try await redis.won(redis.first, [redis.claim(minutes: 9)]) == [true])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aRetractionInFavourOfWhatHasPassedLeavesNone(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let claim = redis.claim()
      _ = try await redis.first.claim([claim])
      try await redis.first.retract(claim, inFavourOf: redis.cooldown(claim, minutesAgo: 31))
      #expect(try await redis.won(redis.first, [redis.claim()]) == [true])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aRetractionLeavesTheCooldownOfAnotherAlert(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let mine = redis.claim(incarnation: "i1")
      let other = redis.claim(incarnation: "i2")
      _ = try await redis.first.claim([mine, other])
      try await redis.first.retract(mine, inFavourOf: redis.cooldown(mine, minutesAgo: 31))
      #expect(try await redis.first.standing(of: [mine.entry.alertID, other.entry.alertID]) == [.none, .journal])
      #expect(try await redis.won(redis.first, [redis.claim(incarnation: "i2")]) == [false])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func anAnnouncedAlertLeavesTheJournalOnce(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let entry = try await redis.claimed(1)[0]
      #expect(try await redis.first.announce([entry.alertID, .new(), entry.alertID]) == 1)
      let batch = try await redis.heard.batch()
      #expect(batch.predecessor == redis.beginning)
      #expect(batch.events.map(\.envelope) == [.sample(entry.alertID)])
      #expect(try await redis.second.announce([entry.alertID]) == 0)
      #expect(try await redis.second.announce([]) == 0)
      #expect(try await redis.counts() == [0, 0])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func ofTwoThatAnnounceAtOnceOnePublishes(_ adapter: RedisAdapter) async throws
  {
    try await adapter.with { redis async throws in
      let ids = try await redis.claimed(50).map(\.alertID)
      let (first, second) = (redis.first, redis.second)
      for id in ids {
        async let one = first.announce([id])
        async let other = second.announce([id])
        #expect(try await one + other == 1)
      }
      var announced: [AlertID] = []
      for _ in ids { announced += try await redis.heard.batch().events.compactMap(\.envelope?.alertID) }
      #expect(announced == ids)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func unwrittenAlertsAreAnnouncedOnceAndKeptUntilWritten(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let entries = try await redis.claimed(3)
      let ids = entries.map(\.alertID)
      #expect(try await redis.first.announceUnwritten([ids[1], ids[0]]) == 2)
      #expect(try await redis.second.announceUnwritten([ids[1], ids[0]]) == 0)
      #expect(try await redis.second.announce([ids[0], ids[2]]) == 1)
      #expect(try await redis.heard.batch().events.map(\.envelope?.alertID) == [ids[1], ids[0]])
      #expect(try await redis.heard.batch().events.map(\.envelope?.alertID) == [ids[2]])
      #expect(try await redis.first.standing(of: ids) == [.unwritten, .unwritten, .none])
      #expect(Set(try await redis.second.unwritten(limit: 10)) == Set(entries[0...1]))
      #expect(try await redis.second.unwritten(limit: 1).count == 1)
      for _ in 0..<2 { try await redis.second.written(ids) }
      try await redis.second.written([])
      #expect(try await redis.second.unwritten(limit: 10) == [])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func onlyWhatWasLostIsEnteredAgain(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let claims = (0..<3).map { redis.claim("c\($0)") }
      _ = try await redis.first.claim(claims)
      let lost = redis.entry()
      let entries = claims.map(\.entry) + [lost]
      let ids = entries.map(\.alertID)
      try await redis.first.announce([ids[1]])
      try await redis.first.announceUnwritten([ids[2]])
      for _ in 0..<2 {
        try await redis.second.reenter(entries + entries)
        #expect(try await redis.first.standing(of: ids) == [.journal, .none, .unwritten, .journal])
        #expect(try await redis.counts() == [2, 1])
      }
      #expect(try await redis.first.announce(ids) == 2)
      try await redis.second.reenter(entries)
      #expect(try await redis.counts() == [0, 1])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aBuriedAlertReleasesItsOwnCooldownOnly(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let claim = redis.claim()
      _ = try await redis.first.claim([claim])
      for _ in 0..<2 {
        try await redis.first.bury(
          claim.entry.alertID, rule: claim.ruleID, entity: claim.entity, tenant: .standard, reason: "22021 ü")
      }
      #expect(try await redis.counts() == [0, 0])
      let later = redis.claim()
      #expect(try await redis.won(redis.first, [later]) == [true])
      try await redis.first.bury(
        claim.entry.alertID, rule: claim.ruleID, entity: claim.entity, tenant: .standard, reason: "no")
      #expect(try await redis.won(redis.first, [redis.claim()]) == [false])
      #expect(try await redis.first.standing(of: [later.entry.alertID]) == [.journal])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aDiscardedAlertKeepsItsCooldown(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let claims = [redis.claim("c1"), redis.claim("c2")]
      _ = try await redis.first.claim(claims)
      try await redis.first.announceUnwritten([claims[1].entry.alertID])
      try await redis.first.discard(claims.map(\.entry.alertID), reason: "no")
      #expect(try await redis.counts() == [0, 0])
      #expect(try await redis.won(redis.first, [redis.claim("c1"), redis.claim("c2")]) == [false, false])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func overdueEntriesComeOldestFirstAndUpToTheLimit(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      var entries: [JournalEntry] = []
      for _ in 0..<3 {
        entries += try await redis.claimed(1)
        // A later moment by the server's own time, of which a node has an estimate.
        let later = redis.first.now().advanced(by: 10)
        while redis.first.now() <= later {
          redis.tick()
          _ = try await redis.first.serverEpoch()
        }
      }
      #expect(try await redis.second.overdue(olderThan: -1, limit: 10) == entries)
      #expect(try await redis.second.overdue(olderThan: -1, limit: 2) == Array(entries[..<2]))
      #expect(try await redis.second.overdue(olderThan: 3_600_000, limit: 10) == [])
      #expect(try await redis.second.overdue(olderThan: -1, limit: 0) == [])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aChangeIsAnnouncedOnce(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let changes = (0..<3).map { _ in
        let id = AlertID.new()
        return AlertChange(changeID: id, envelope: EventEnvelope.sample(id, kind: .resolved).encoded())
      }
      #expect(try await redis.first.announce(changes: [changes[0], changes[1], changes[0]]) == 2)
      #expect(try await redis.second.announce(changes: [changes[1], changes[2]]) == 1)
      #expect(try await redis.second.announce(changes: changes) == 0)
      #expect(
        try await redis.heard.batch().events.map(\.envelope?.alertID) == [changes[0].changeID, changes[1].changeID])
      #expect(try await redis.heard.batch().events.map(\.envelope?.alertID) == [changes[2].changeID])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func updatesAreAnnouncedEachTime(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let update = EventEnvelope.sample(.new(), kind: .updated)
      for _ in 0..<2 { try await redis.first.announce(updates: [update.encoded()]) }
      for _ in 0..<2 { #expect(try await redis.heard.batch().events.map(\.envelope) == [update]) }
    }
  }

  @Test(arguments: RedisAdapter.allCases) func oneNodeHoldsTheKeepersLeaseUntilItEnds(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      #expect(try await redis.first.holdKeeperLease(node: "a", milliseconds: 60_000))
      #expect(try await !redis.second.holdKeeperLease(node: "b", milliseconds: 60_000))
      #expect(try await redis.first.holdKeeperLease(node: "a", milliseconds: 20))
      while try await !redis.second.holdKeeperLease(node: "b", milliseconds: 60_000) { redis.tick() }
      #expect(try await !redis.first.holdKeeperLease(node: "a", milliseconds: 60_000))
    }
  }

  /// What changes something.
  private enum Change: CaseIterable {
    case claim, retract, announce, announceUnwritten, reenter, bury, discard, written, announceChanges, announceUpdates
    case holdLease

    func perform(_ node: any RedisPorts, _ claim: Claim) async throws {
      let id = claim.entry.alertID
      switch self {
      case .claim: _ = try await node.claim([claim])
      case .retract: try await node.retract(claim, inFavourOf: RunningCooldown(of: claim, begunBy: .new()))
      case .announce: try await node.announce([id])
      case .announceUnwritten: try await node.announceUnwritten([id])
      case .reenter: try await node.reenter([claim.entry])
      case .bury:
        try await node.bury(id, rule: claim.ruleID, entity: claim.entity, tenant: .standard, reason: "no")
      case .discard: try await node.discard([id], reason: "no")
      case .written: try await node.written([id])
      case .announceChanges:
        try await node.announce(changes: [AlertChange(changeID: id, envelope: claim.entry.envelope)])
      case .announceUpdates: try await node.announce(updates: [claim.entry.envelope])
      case .holdLease: _ = try await node.holdKeeperLease(node: "a", milliseconds: 60_000)
      }
    }
  }

  @Test(arguments: RedisAdapter.allCases) func inAnotherEpochNothingIsDone(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let there = redis.claim("there")
      _ = try await redis.first.claim([there])
      let place = try await redis.first.newest()
      try await redis.first.begin(epoch: "e2")
      for change in Change.allCases {
        for claim in [there, redis.claim("new")] {
          #expect(await code { try await change.perform(redis.second, claim) } == .stale, "\(change)")
        }
      }
      #expect(try await redis.counts() == [1, 0])
      #expect(try await redis.first.standing(of: [there.entry.alertID]) == [.journal])
      #expect(
        try await redis.first.newest()
          == EventID(epoch: "e2", milliseconds: place.milliseconds, sequence: place.sequence))
      redis.second.adopt(epoch: "e2")
      for change in Change.allCases { try await change.perform(redis.second, redis.claim("c3")) }
      // Suspended, a node does nothing though its epoch is the server's.
      redis.second.suspend()
      for change in Change.allCases {
        #expect(await code { try await change.perform(redis.second, redis.claim("c4")) } == .stale, "\(change)")
      }
    }
  }
}
