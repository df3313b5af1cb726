import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

/// CheckPipeline and AlertPipeline at their public surface.
@Suite struct CheckPathTests {
  @Test func aCheckThatFiresIsStoredAndAnnouncedOnceWithinItsCooldown() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.serving { () async throws in
      let outcome = try await node.check()
      #expect(outcome.persisted)
      #expect(outcome.alerts.map(\.notificationStatus) == [.announced])
      #expect(try await node.check(value: 1.5).alerts.isEmpty)
      #expect(try await node.check(value: 3).alerts.isEmpty)
      #expect(try await node.check("c2").alerts.count == 1)
      #expect(Set(node.announced) == Set(node.stored))
      #expect(node.announced.count == 2)
      #expect(node.stored.count == 2)
      node.clock.advance(by: .seconds(31 * 60))
      #expect(try await node.check().alerts.count == 1)
      #expect(try await node.backlog() == [0, 0])
    }
  }

  @Test func withoutRulesACheckIsToBeSentAgain() async throws {
    let node = TestNode()
    #expect(await code { _ = try await node.check() } == .unavailable)
  }

  @Test func ofTwoNodesOneRaises() async throws {
    let servers = TestServers()
    let nodes = [TestNode("a", on: servers), TestNode("b", on: servers)]
    for node in nodes { try await node.enter() }
    try await nodes[0].serving { () async throws in
      try await nodes[1].serving { () async throws in
        for campaign in 0..<50 {
          async let one = nodes[0].check("c\(campaign)")
          async let other = nodes[1].check("c\(campaign)")
          #expect(try await one.alerts.count + other.alerts.count == 1)
        }
        #expect(nodes[0].announced.count == 50)
      }
    }
  }

  @Test func whilePostgresIsAwayAlertsArePushedAndWrittenLater() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.serving { () async throws in
      node.postgresFaults.goAway("postgresql")
      let outcome = try await node.check()
      #expect(!outcome.persisted)
      #expect(outcome.alerts.map(\.notificationStatus) == [.pushed])
      #expect(node.announced == outcome.alerts.map(\.alertID))
      #expect(try await node.backlog() == [0, 1])
      node.mend()
      try await node.catchUp()
      #expect(node.stored == node.announced)
      #expect(try await node.backlog() == [0, 0])
    }
  }

  @Test func whereTheJournalIsFullNothingIsDone() async throws {
    let node = TestNode(on: TestServers(journalLimit: 1))
    try await node.enter()
    try await node.serving { () async throws in
      let left = try await node.claimed("other")
      #expect(await code { _ = try await node.check() } == .unavailable)
      try await node.catchUp()
      #expect(try await node.check().alerts.count == 1)
      #expect(node.announced.first == left.alertID)
    }
  }

  @Test func whatPostgresRefusesIsAnErrorAndCoolsNothingDown() async throws {
    let node = TestNode()
    try await node.enter()
    node.servers.postgres.refuse(campaign: "bad")
    try await node.serving { () async throws in
      for _ in 0..<2 { #expect(await code { _ = try await node.check("bad") } == .rejected) }
      #expect(node.servers.redis.deadLetters.count == 2)
      #expect(node.announced == [])
    }
  }

  @Test func aWindowDecidesWithTheSamplesOfAllNodes() async throws {
    let servers = TestServers()
    let nodes = [TestNode("a", on: servers), TestNode("b", on: servers)]
    var rule = AlertRule.sample()
    rule.aggregation = .avg
    for node in nodes { try await node.enter(rules: [rule]) }
    try await nodes[0].serving { () async throws in
      try await nodes[1].serving { () async throws in
        #expect(try await nodes[0].check(value: 4).alerts.isEmpty)
        #expect(try await nodes[1].check(value: 1).alerts.isEmpty)
        #expect(try await nodes[0].check(value: 0.25).alerts.map(\.metricValue) == [1.75])
        nodes[1].redisFaults.goAway("redis")
        #expect(await code { _ = try await nodes[1].check("c2", value: 1) } == .unavailable)
      }
    }
  }

  @Test func manyChecksAtOnceAreAnsweredInTheirOrder() async throws {
    let node = TestNode()
    try await node.enter()
    try await node.serving { () async throws in
      let checks = (0..<300).map { number in
        Check(
          metricName: "roas", metricValue: number % 3 == 0 ? 1 : 3, entity: Entity(campaignID: "c\(number)"),
          campaignName: "Spring sale")
      }
      let results = try await node.engine.checks.check(batch: checks, tenant: .standard)
      let fired = try results.map { try $0.get().alerts.map(\.entity.campaignID) }
      #expect(fired == (0..<300).map { $0 % 3 == 0 ? ["c\($0)"] : [] })
      #expect(node.announced.count == 100)
    }
  }

  @Test func whateverFailsOneAlertIsRaisedOnceTheCheckIsSentAgain() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      return node
    } scenario: { node async throws in
      try await node.serving { () async throws in _ = try await node.check() }
    } verify: { node, failing async throws in
      try await node.catchUp()
      // The services ended with the scenario: another node takes the check again.
      let other = TestNode("b", on: node.servers)
      try await other.enter()
      try await other.serving { () async throws in _ = try await other.check() }
      #expect(node.stored.count == 1, "\(failing)")
      #expect(node.announced == node.stored, "\(failing)")
      #expect(try await node.backlog() == [0, 0], "\(failing)")
      #expect(node.engine.announcer.heldCount == 0, "\(failing)")
    }
  }

  @Test func whateverFailsWhilePostgresIsAwayOneAlertIsRaised() async throws {
    try await FailingCall.each { () async throws in
      let node = TestNode()
      try await node.enter()
      node.postgresFaults.goAway("postgresql")
      return node
    } scenario: { node async throws in
      try await node.serving { () async throws in _ = try await node.check() }
    } verify: { node, failing async throws in
      try await node.catchUp()
      let other = TestNode("b", on: node.servers)
      try await other.enter()
      try await other.serving { () async throws in _ = try await other.check() }
      #expect(node.stored.count == 1, "\(failing)")
      #expect(node.announced == node.stored, "\(failing)")
      #expect(try await node.backlog() == [0, 0], "\(failing)")
    }
  }
}
