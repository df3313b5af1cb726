import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct ReceiverHeartbeatTests {
  private let node = DeliveryNode()

  @Test func receiversAreReportedAgainAndAgain() async throws {
    try await node.running(node.heartbeat) {
      await node.database.tables.first { Set($0.receivers.keys) == ["ops", "night"] }
      await node.clock.waitForSleepers(1)
      node.clock.advance(by: node.settings.reportInterval * 1.25)
      let now = node.clock.timestamp
      await node.database.tables.first { $0.receivers["ops"] == now }
    }
  }

  @Test func whatNobodyKnowsIsGivenUpAndPublished() async throws {
    let unknown = TargetName(receiver: "gone", target: "slack-1")
    let alert = node.commit(to: unknown)
    node.clock.advance(by: node.settings.unknownReceiverPatience + .seconds(31))
    try await node.running(node.heartbeat) { await node.journal.script.first { $0.updates.count == 1 } }
    #expect(node.row(alert, to: unknown)?.lastError == "no node knows this receiver")
  }

  @Test func itLearnsWhatIsDisabledAndShowsTheBacklog() async throws {
    node.database.tables.change { $0.disabled[DeliveryNode.slack] = "gone" }
    node.commit()
    node.clock.advance(by: .seconds(2))
    try await node.running(node.heartbeat) { await node.clock.waitForSleepers(1) }
    #expect(node.metric("tocsin_deliveries_unfinished") == "1")
    #expect(await node.disabled.refusal(of: DeliveryNode.slack)?.failure?.reason == "the target is disabled: gone")
  }

  @Test(arguments: [
    "reportReceivers(_:unknownAfterMilliseconds:)", "disabledTargets()", "queuedTargets()", "backlog()",
  ])
  func aRequestThatFailsIsMadeAgainInTheNextRound(_ call: String) async throws {
    node.faults.fail(.away, at: call, times: 1)
    try await node.running(node.heartbeat) {
      await node.faults.wait(for: call)
      await node.clock.waitForSleepers(1)
      #expect(!node.faults.calls.contains("backlog()") || call == "backlog()")
      node.clock.advance(by: node.settings.reportInterval * 1.25)
      await node.faults.wait(for: "backlog()", count: call == "backlog()" ? 2 : 1)
    }
  }

  @Test func aBreakerIsShownThoughPostgreSQLIsAway() async throws {
    node.faults.fail(.away, at: "reportReceivers(_:unknownAfterMilliseconds:)")
    node.notifier.book.change { $0.answers[DeliveryNode.slack] = [.retryable(DeliveryFailure("away"))] }
    let alerts = (1...2).map { node.commit($0) }
    node.dispatcher.accept(alerts.map { node.leased($0) }, leasedAt: node.clock.now)
    try await node.running(node.completer, node.dispatcher) {
      for alert in alerts { await node.waitForRow(alert) { $0.state == .retrying } }
      #expect(node.dispatcher.breakers() == ["ops": .open])
      try await node.running(node.heartbeat) { await node.clock.waitForSleepers(3) }
    }
    #expect(node.metric(#"tocsin_delivery_breaker_state{receiver="ops"}"#) == "2")
  }
}
