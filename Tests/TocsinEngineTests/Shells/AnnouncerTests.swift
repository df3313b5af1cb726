import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct AnnouncerTests {
  @Test func anAlertIsAnnouncedOnce() async throws {
    let node = TestNode()
    try await node.enter()
    let entry = JournalEntry(of: try await node.claimed())
    #expect(await node.engine.announcer.announce([entry]))
    #expect(node.announced == [entry.alertID])
    #expect(node.engine.announcer.heldCount == 0)
  }

  @Test(arguments: Faults.Moment.allCases, [StoreError.Code.unavailable, .stale])
  func whatCouldNotBeAnnouncedIsHeldAndAnnouncedOnceLater(moment: Faults.Moment, code: StoreError.Code) async throws {
    let node = TestNode()
    try await node.enter()
    let entry = JournalEntry(of: try await node.claimed())
    node.redisFaults.fail(StoreError(code, backend: "redis", message: "no"), at: "announce(_:)", moment, times: 1)
    #expect(await !node.engine.announcer.announce([entry]))
    #expect(node.engine.announcer.heldCount == 1)
    #expect(node.engine.announcer.unannouncedEntries == [entry])
    try await node.engine.announcer.settle()
    #expect(node.announced == [entry.alertID])
    #expect(node.engine.announcer.heldCount == 0)
    #expect(try await node.backlog() == [0, 0])
  }

  @Test func whatTheKeeperAnnouncedMeanwhileIsNotAnnouncedAgain() async throws {
    let node = TestNode()
    try await node.enter()
    let alert = try await node.claimed()
    try await node.redis.announce([alert.alertID])
    #expect(await !node.engine.announcer.announce([JournalEntry(of: alert)]))
    try await node.engine.announcer.settle()
    #expect(node.announced == [alert.alertID])
  }

  @Test func whatIsLeftToTheKeeperIsInTheJournalAfterwards() async throws {
    let node = TestNode()
    try await node.enter()
    let entry = JournalEntry(of: .sample(at: node.clock.timestamp))
    node.engine.announcer.begin([entry])
    node.engine.announcer.leave([entry])
    node.engine.announcer.end([entry])
    #expect(node.engine.announcer.heldCount == 1)
    try await node.engine.announcer.settle()
    #expect(try await node.redis.standing(of: [entry.alertID]) == [.journal])
    #expect(node.announced == [])
    #expect(node.engine.announcer.heldCount == 0)
  }

  @Test func whateverFailsWhileItSettlesNothingIsLostAndNothingIsToldTwice() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      node.redisFaults.goAway("redis")
      for campaign in ["c1", "c2", "c3"] {
        _ = await node.engine.announcer.announce([
          JournalEntry(of: .sample(at: node.clock.timestamp, campaign: campaign))
        ])
      }
      node.engine.announcer.leave([JournalEntry(of: .sample(at: node.clock.timestamp, campaign: "left"))])
      node.mend()
      return node
    } scenario: { node async throws in
      try await node.engine.announcer.settle()
    } verify: { node, failing async throws in
      try await node.engine.announcer.settle()
      #expect(node.announced.count == 3, "\(failing)")
      #expect(Set(node.announced).count == 3, "\(failing)")
      #expect(try await node.backlog() == [1, 0], "\(failing)")
      #expect(node.engine.announcer.heldCount == 0, "\(failing)")
    }
  }
}
