import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct DeliveryFetcherTests {
  private let node = DeliveryNode()

  /// Lets the grace of the start be over.
  private func graceIsOver() {
    node.clock.advance(by: node.settings.takeoverGrace)
  }

  @Test func whatAnotherNodeLeftBehindIsSent() async throws {
    let alert = node.commit(by: "b")
    node.clock.advance(by: .seconds(31))
    try await node.running(node.completer, node.dispatcher, node.fetcher) {
      await node.waitForRow(alert) { $0.state == .delivered }
    }
    #expect(node.metric("tocsin_deliveries_taken_total") == "1")
  }

  @Test func duringTheGraceNothingIsLeased() async throws {
    try await node.running(node.fetcher) {
      await node.clock.waitForSleepers(1)
      #expect(node.faults.calls.isEmpty)
      graceIsOver()
      await node.faults.wait(for: "lease(_:of:)")
    }
  }

  @Test func aRequestThatFailsBeginsTheGrace() async throws {
    graceIsOver()
    node.faults.fail(.away, at: "lease(_:of:)", times: 1)
    try await node.running(node.fetcher) {
      await node.faults.wait(for: "lease(_:of:)")
      await node.clock.waitForSleepers(1)
      #expect(!node.grace.isOver)
      graceIsOver()
      await node.faults.wait(for: "lease(_:of:)", count: 2)
    }
  }

  @Test func whileResultsWaitNothingIsLeased() async throws {
    graceIsOver()
    node.faults.fail(.away, at: "complete(_:)", times: 1)
    node.dispatcher.accept([node.leased(node.commit())], leasedAt: node.clock.now)
    try await node.running(node.completer, node.dispatcher) {
      await node.faults.wait(for: "complete(_:)", count: 1)
      // The completer, and the keeper's two loops.
      await node.clock.waitForSleepers(3)
      node.faults.hold("complete(_:)")
      graceIsOver()
      await node.faults.wait(for: "complete(_:)", count: 2)
      #expect(node.completer.isBehind && node.grace.isOver)
      // The fetcher, and the keeper's two loops.
      try await node.running(node.fetcher) { await node.clock.waitForSleepers(3) }
      node.faults.letGo("complete(_:)")
    }
    #expect(!node.faults.calls.contains("lease(_:of:)"))
  }

  @Test func asLongAsThereAreMoreTheyAreLeasedOneAfterAnother() async throws {
    node.routing.replace(DeliveryNode.table(concurrency: 1))
    let alerts = (1...12).map { node.commit($0, by: "b") }
    node.clock.advance(by: .seconds(31))
    try await node.running(node.completer, node.dispatcher, node.fetcher) {
      // Five at once.
      for count in 1...3 {
        await node.faults.wait(for: "lease(_:of:)", count: count)
        await node.database.tables.first {
          $0.rows.values.count(where: { $0.state == .delivered }) == min(12, count * 5)
        }
        if count < 3 {
          await node.clock.waitForSleepers(3)
          node.clock.advance(by: node.settings.nextFetch * 1.25)
        }
      }
    }
    #expect(alerts.allSatisfy { node.row($0)?.attempts == 1 })
  }

  @Test func whatWaitsForAnUnknownTargetOfAKnownReceiverIsLeasedToo() async throws {
    let unknown = TargetName(receiver: "ops", target: "slack-9")
    let alert = node.commit(to: unknown, by: "b")
    node.clock.advance(by: .seconds(31))
    node.fetcher.queued([unknown])
    try await node.running(node.completer, node.dispatcher, node.fetcher) {
      // It is given back: no node of this configuration can send it.
      await node.faults.wait(for: "release(_:afterMilliseconds:)")
      await node.waitForRow(alert, to: unknown) { $0.lockedBy == nil }
    }
  }

  @Test func whatIsCancelledIsPublished() async throws {
    let alert = node.commit(by: "b")
    let key = AlertKey(tenant: .standard, id: alert.alertID)
    node.database.tables.change { tables in
      for id in tables.rows.keys { tables.rows[id]?.state = .pending }
      tables.alerts[key]?.resolution = Alert.Mark(at: node.database.now.advanced(by: 1), by: nil)
    }
    node.clock.advance(by: .seconds(31))
    try await node.running(node.fetcher) { await node.journal.script.first { $0.updates.count == 1 } }
    #expect(node.row(alert)?.state == .cancelled)
  }
}
