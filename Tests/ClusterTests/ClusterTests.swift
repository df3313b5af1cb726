import LocalServers
import Logging
import NIOPosix
import RedisClient
import Testing
import TocsinApp
import TocsinClient
import TocsinCore
import TocsinEngine
import TocsinRedis

/// Whole nodes in one process: from HTTP on one to WebSocket on another.
@Suite(.serialized) struct ClusterTests {
  func check(_ campaign: String, _ value: Double = 2.5) -> Check {
    Check(metricName: "roas", metricValue: value, entity: Entity(campaignID: campaign), campaignName: "Spring sale")
  }

  @Test func aCheckOnOneNodeIsAnEventOnAnother() async throws {
    try await LocalCluster.run(nodes: 2) { cluster in
      var events = cluster.stream(1).makeAsyncIterator()
      let hello = try await events.next(isolation: nil)
      guard case .message(let message)? = hello, case .connected = message.kind else {
        Issue.record("expected connected, got \(String(describing: hello))")
        return
      }
      let raised = try await cluster.clients[0].check(check("c1")).value.alerts
      #expect(raised.map(\.ruleID) == ["roas_drop_warning"])
      let event = try await events.next(isolation: nil)
      guard case .message(let alert)? = event, case .alert(let pushed) = alert.kind else {
        Issue.record("expected an alert, got \(String(describing: event))")
        return
      }
      #expect(pushed.alertID == raised.first?.alertID)
      let stored = try await cluster.clients[1].alert(pushed.alertID.description).value
      #expect(stored.notificationStatus == ["database": true, "websocket": true])
    }
  }

  @Test func equalChecksAtOnceRaiseOneAlert() async throws {
    try await LocalCluster.run(nodes: 4) { cluster in
      for campaign in 1...20 {
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
          for node in cluster.nodes {
            for _ in 0..<64 {
              group.addTask {
                try await node.engine.checks.check(check("equal-\(campaign)"), tenant: .standard).alerts.count
              }
            }
          }
          return try await group.reduce(0, +)
        }
        #expect(total == 1)
      }
      let statistics = try await cluster.nodes[0].engine.alerts.statistics(campaignID: nil, tenant: .standard)
      #expect(statistics.total == 20)
    }
  }

  /// A node that dies between claim and commit: whoever is the keeper finishes.
  @Test func whatANodeClaimedAnotherFinishes() async throws {
    try await LocalCluster.run(nodes: 2) { cluster in
      let logger = Logger(label: "dead node")
      let client = RedisClient(
        configuration: try RedisConfiguration(url: cluster.redis.url),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        try await client.waitUntilConnected()
        let backend = RedisBackend(client: client, logger: logger)
        let epoch = try await backend.serverEpoch()
        backend.adopt(epoch: try #require(epoch))
        var generator = SystemRandomNumberGenerator()
        let id = AlertID(at: backend.now(), using: &generator)
        let rule = try await cluster.clients[0].rule("roas_drop_warning").value
        let alert = Alert(RuleMatch(rule: rule, value: 2.5), check: check("left"), alertID: id)
        let entry = JournalEntry(alertID: id, envelope: EventEnvelope.alert(alert, tenant: .standard).encoded())
        var events = cluster.stream(1).makeAsyncIterator()
        _ = try await events.next(isolation: nil)
        let outcome = try await backend.claim([
          Claim(
            entry: entry, tenant: .standard, ruleID: rule.ruleID, incarnation: "left", entity: alert.entity,
            cooldownMilliseconds: 60_000)
        ])
        #expect(outcome == [.won])
        let event = try await events.next(isolation: nil)
        guard case .message(let message)? = event, case .alert(let pushed) = message.kind else {
          Issue.record("expected an alert, got \(String(describing: event))")
          return
        }
        #expect(pushed.alertID == id)
        #expect(try await cluster.clients[0].alert(id.description).value.title == alert.title)
        group.cancelAll()
      }
    }
  }
}
