import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct AlertServiceTests {
  /// A node with one alert that is stored and announced.
  private func prepare() async throws -> (TestNode, AlertID) {
    let node = TestNode()
    try await node.enter()
    let alert = try await node.claimed()
    try await node.postgres.insert([StoredAlert(alert: alert, tenant: .standard)])
    try await node.redis.announce([alert.alertID])
    return (node, alert.alertID)
  }

  @Test func anActionIsAnnouncedOnceAndARepeatChangesNothing() async throws {
    let (node, id) = try await prepare()
    let alerts = node.engine.alerts
    let acknowledged = try await alerts.apply(.acknowledge, to: id, by: "ana", tenant: .standard)
    #expect(acknowledged.changed)
    #expect(acknowledged.alert.acknowledgement?.by == "ana")
    #expect(try await !alerts.apply(.acknowledge, to: id, by: "ben", tenant: .standard).changed)
    #expect(try await alerts.apply(.resolve, to: id, by: nil, tenant: .standard).changed)
    let late = try await alerts.apply(.acknowledge, to: id, by: "ben", tenant: .standard)
    #expect(!late.changed)
    #expect(late.alert.acknowledgement?.by == "ana")
    #expect(node.servers.redis.announced.map(\.kind) == [.alert, .acknowledged, .resolved])
    #expect(try await node.postgres.unannouncedChanges(olderThan: -1, limit: 10).isEmpty)
  }

  @Test func anAlertThatIsNotWrittenYetIsToBeAskedForAgain() async throws {
    let node = TestNode()
    try await node.enter()
    let alerts = node.engine.alerts
    let alert = try await node.claimed()
    let unknown = Alert.sample(at: node.clock.timestamp).alertID
    #expect(await code { _ = try await alerts.alert(alert.alertID, tenant: .standard) } == .unavailable)
    try await node.redis.announceUnwritten([alert.alertID])
    for action in AlertAction.allCases {
      #expect(
        await code { _ = try await alerts.apply(action, to: alert.alertID, by: nil, tenant: .standard) }
          == .unavailable)
      #expect(
        await code { _ = try await alerts.apply(action, to: unknown, by: nil, tenant: .standard) } == .notFound)
    }
    #expect(await code { _ = try await alerts.alert(unknown, tenant: .standard) } == .notFound)
    try await node.catchUp()
    let found = try await alerts.alert(alert.alertID, tenant: .standard)
    #expect(found.notificationStatus == .announced)
  }

  @Test func oneThatIsInTheJournalWasNotPushedYet() async throws {
    let node = TestNode()
    try await node.enter()
    let alert = try await node.claimed()
    try await node.postgres.insert([StoredAlert(alert: alert, tenant: .standard)])
    let page = try await node.engine.alerts.page(AlertQuery(), tenant: .standard)
    #expect(page.alerts.map(\.notificationStatus) == [.stored])
    #expect(page.next == nil)
    #expect(try await node.engine.alerts.statistics(campaignID: "c1", tenant: .standard).active == 1)
    // Without Redis nobody knows, and the list is there nevertheless.
    node.redisFaults.goAway("redis")
    #expect(try await node.engine.alerts.page(AlertQuery(), tenant: .standard).alerts.count == 1)
    node.postgresFaults.goAway("postgresql")
    #expect(
      await code { _ = try await node.engine.alerts.page(AlertQuery(), tenant: .standard) } == .unavailable)
  }

  @Test func ofManyAtOnceOneIsApplied() async throws {
    let (node, id) = try await prepare()
    let changed = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<32 {
        group.addTask {
          try await node.engine.alerts.apply(.resolve, to: id, by: "u\(number)", tenant: .standard).changed
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(changed == 1)
    #expect(node.servers.redis.announced.map(\.kind) == [.alert, .resolved])
  }

  @Test func whateverFailsAChangeIsAnnouncedOnceOrNotMade() async throws {
    try await FailingCall.each { () async throws in
      try await prepare().0
    } scenario: { node async throws in
      _ = try await node.engine.alerts.apply(.resolve, to: node.stored[0], by: "ana", tenant: .standard)
    } verify: { node, failing async throws in
      try await node.catchUp()
      let isResolved = node.servers.postgres.alerts[0].alert.resolution != nil
      let told = node.servers.redis.announced.count { $0.kind == .resolved }
      #expect(told == (isResolved ? 1 : 0), "\(failing)")
      #expect(try await node.postgres.unannouncedChanges(olderThan: -1, limit: 10).isEmpty, "\(failing)")
    }
  }
}
