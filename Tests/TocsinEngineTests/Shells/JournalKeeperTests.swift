import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct JournalKeeperTests {
  @Test func whatADeadNodeClaimedIsWrittenAndAnnouncedOnceItIsOverdue() async throws {
    let node = TestNode()
    try await node.enter()
    let alert = try await node.claimed()
    node.clock.advance(by: .seconds(3))
    try await node.engine.keeper.replay()
    #expect(node.announced == [])
    node.clock.advance(by: .milliseconds(1))
    for _ in 0..<2 { try await node.engine.keeper.replay() }
    #expect(node.announced == [alert.alertID])
    #expect(node.stored == [alert.alertID])
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func unwrittenAlertsAreWrittenAndNotAnnouncedAgain() async throws {
    let node = TestNode()
    try await node.enter()
    let alert = try await node.claimed()
    try await node.redis.announceUnwritten([alert.alertID])
    for _ in 0..<2 { try await node.engine.keeper.replay() }
    #expect(node.announced == [alert.alertID])
    #expect(node.stored == [alert.alertID])
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func aChangeThatWasLeftBehindIsAnnouncedOnce() async throws {
    let node = TestNode()
    try await node.enter()
    let alert = Alert.sample(at: node.clock.timestamp)
    try await node.postgres.insert([StoredAlert(alert: alert, tenant: .standard)])
    _ = try await node.postgres.apply(.resolve, to: alert.alertID, by: "ana", tenant: .standard) { _ in [] }
    node.clock.advance(by: .seconds(4))
    for _ in 0..<2 { try await node.engine.keeper.replay() }
    #expect(node.servers.redis.announced.map(\.kind) == [.resolved])
    #expect(try await node.postgres.unannouncedChanges(olderThan: 0, limit: 10).isEmpty)
  }

  @Test func anEntryWithoutAnAlertGoesToTheDeadLettersAndHidesNoOther() async throws {
    let node = TestNode()
    try await node.enter()
    let damaged = AlertID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    let header = EventEnvelope.alert(.sample(at: node.clock.timestamp), tenant: .standard).encoded()
      .prefix { $0 != UInt8(ascii: "\n") }
    node.servers.redis.damageJournal(damaged, header + Array("\n\"data\":{}}".utf8))
    let alert = try await node.claimed()
    try await node.catchUp()
    #expect(node.servers.redis.deadLetters.map(\.alertID) == [damaged])
    #expect(node.announced == [alert.alertID])
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func whatPostgresRefusesIsBuriedAndTheRestIsFinished() async throws {
    let node = TestNode()
    try await node.enter()
    node.servers.postgres.refuse(campaign: "bad")
    let bad = try await node.claimed("bad")
    let worse = try await node.claimed("worse")
    let good = try await node.claimed("good")
    node.servers.postgres.refuse(campaign: "worse")
    try await node.redis.announceUnwritten([worse.alertID])
    try await node.catchUp()
    #expect(Set(node.servers.redis.deadLetters.map(\.alertID)) == [bad.alertID, worse.alertID])
    #expect(node.stored == [good.alertID])
    #expect(node.announced == [worse.alertID, good.alertID])
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func aClaimThatRepeatsAnEarlierAlertIsTakenBack() async throws {
    let node = TestNode()
    try await node.enter()
    let rule = try #require(node.engine.ruleSync.rule("r1", tenant: .standard))
    node.clock.advance(by: .seconds(60))
    let earlier = Alert.sample(at: node.clock.timestamp, rule: rule)
    try await node.postgres.insert([StoredAlert(alert: earlier, tenant: .standard)])
    // Redis had forgotten the cooldown.
    node.clock.advance(by: .seconds(60))
    let repeated = try await node.claimed(rule: rule)
    try await node.catchUp()
    #expect(node.stored == [earlier.alertID])
    #expect(node.announced == [])
    #expect(try await node.redis.standing(of: [repeated.alertID]) == [.none])
    try await node.serving { () async throws in #expect(try await node.check().alerts.isEmpty) }
  }

  @Test func moreThanALimitIsFinishedInOneRound() async throws {
    let node = TestNode()
    try await node.enter()
    for number in 0..<1201 { _ = try await node.claimed("c\(number)") }
    try await node.catchUp()
    #expect(node.announced.count == 1201)
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func oneNodeAtATimeKeepsAndAnotherTakesOverWhenItIsGone() async throws {
    let servers = TestServers()
    let first = TestNode("a", on: servers)
    let second = TestNode("b", on: servers)
    for node in [first, second] { try await node.enter() }
    try await first.running([first.engine.keeper]) { () async throws in
      await servers.clock.waitForSleepers(1)
      try await second.running([second.engine.keeper]) { () async throws in
        await servers.clock.waitForSleepers(2)
        let alert = try await first.claimed()
        for _ in 0..<5 {
          servers.clock.advance(by: .seconds(1.2))
          await servers.clock.waitForSleepers(2)
        }
        #expect(first.announced == [alert.alertID])
        #expect(!second.redisFaults.calls.contains("overdue(olderThan:limit:)"))
        // The first one is cut off: its lease runs out.
        first.redisFaults.goAway("redis")
        let next = try await second.claimed("c2")
        for _ in 0..<6 {
          servers.clock.advance(by: .seconds(1.2))
          await servers.clock.waitForSleepers(2)
        }
        #expect(first.announced == [alert.alertID, next.alertID])
        #expect(second.redisFaults.calls.contains("overdue(olderThan:limit:)"))
      }
    }
  }

  @Test func everyNodeNoticesThatPostgresIsBack() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.running(node.engine.pathServices + [node.engine.keeper]) { () async throws in
      await node.clock.waitForSleepers(1)
      node.postgresFaults.goAway("postgresql")
      #expect(try await !node.check().persisted)
      #expect(node.engine.writer.isAway)
      node.mend()
      node.clock.advance(by: .seconds(1.2))
      while node.engine.writer.isAway { await Task.yield() }
      #expect(try await node.check("c2").persisted)
    }
  }

  @Test func whateverFailsInARoundTheNextOneFinishesIt() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      node.servers.postgres.refuse(campaign: "bad")
      _ = try await node.claimed("c1")
      _ = try await node.claimed("bad")
      let unwritten = try await node.claimed("c2")
      try await node.redis.announceUnwritten([unwritten.alertID])
      let changed = Alert.sample(at: node.clock.timestamp, campaign: "c3")
      try await node.postgres.insert([StoredAlert(alert: changed, tenant: .standard)])
      _ = try await node.postgres.apply(.acknowledge, to: changed.alertID, by: nil, tenant: .standard) { _ in [] }
      node.clock.advance(by: .seconds(4))
      return node
    } scenario: { node async throws in
      try await node.engine.keeper.replay()
    } verify: { node, failing async throws in
      try await node.engine.keeper.replay()
      #expect(node.stored.count == 3, "\(failing)")
      #expect(node.announced.count == 2, "\(failing)")
      #expect(node.servers.redis.announced.count { $0.kind == .acknowledged } == 1, "\(failing)")
      #expect(node.servers.redis.deadLetters.count == 1, "\(failing)")
      #expect(try await node.backlog() == [0, 0], "\(failing)")
    }
  }
}
