import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct AlertInserterTests {
  private let node = DeliveryNode()

  private func stored(_ numbers: ClosedRange<UInt64>) -> [StoredAlert] {
    numbers.map { StoredAlert(alert: node.alert($0), tenant: .standard) }
  }

  @Test func whatIsCommittedIsSent() async throws {
    let alerts = stored(1...2)
    #expect(try await node.inserter.insert(alerts).isEmpty)
    try await node.running(node.completer, node.dispatcher) {
      for alert in alerts { await node.waitForRow(alert.alert) { $0.state == .delivered } }
    }
    #expect(node.notifier.book.value.sent.map(\.alert) == alerts.map(\.alert))
  }

  @Test func whatWasThereAlreadyIsSentByNobodyTwice() async throws {
    _ = try await node.inserter.insert(stored(1...1))
    _ = try await node.inserter.insert(stored(1...1))
    #expect(node.dispatcher.held.count == 1)
  }

  @Test func anAlertThatIsRefusedIsBuriedAndHurtsNoOther() async throws {
    let alerts = stored(1...5)
    let culprit = alerts[3].alert.alertID
    node.alerts.script.change { $0.refused = [culprit] }
    #expect(try await node.inserter.insert(alerts) == [culprit: "refused"])
    #expect(node.journal.script.value.buried == [culprit: "refused"])
    #expect(
      Set(node.database.tables.value.alerts.keys.map(\.id)) == Set(alerts.map(\.alert.alertID)).subtracting([culprit]))
    #expect(node.dispatcher.held.count == 4)
  }

  @Test func oneThatCannotBeBuriedIsRefusedAllTheSame() async throws {
    let alerts = stored(1...1)
    node.alerts.script.change { $0.refused = [alerts[0].alert.alertID] }
    node.journal.script.change { $0.isAway = true }
    #expect(try await node.inserter.insert(alerts).count == 1)
    #expect(node.journal.script.value.buried.isEmpty)
  }

  @Test func withPostgreSQLAwayNothingIsSentAndTheCallerKnows() async {
    node.alerts.script.change { $0.isAway = true }
    await #expect(throws: StoreError.self) { try await node.inserter.insert(stored(1...2)) }
    #expect(node.dispatcher.held.isEmpty)
  }

  @Test func whyNobodyIsNotifiedIsCountedOnceForEachAlert() async throws {
    let line = #"tocsin_deliveries_planned_none_total{reason="no_route_matches"}"#
    #expect(node.metric(line) == "0")
    node.routing.replace(DeliveryNode.table(routes: [Route(receivers: ["ops"], severities: [.info])]))
    node.alerts.script.change { $0.isAway = true }
    _ = try? await node.inserter.insert(stored(1...3))
    #expect(node.metric(line) == "0")
    node.alerts.script.change { $0.isAway = false }
    _ = try await node.inserter.insert(stored(1...3))
    _ = try await node.inserter.insert(stored(1...3))
    #expect(node.metric(line) == "3")
  }
}
