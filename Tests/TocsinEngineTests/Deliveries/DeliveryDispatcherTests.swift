import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct DeliveryDispatcherTests {
  private let node = DeliveryNode()
  private let slack = DeliveryNode.slack

  /// Hands a delivery over that this node has leased.
  private func accept(_ alerts: Alert...) {
    node.dispatcher.accept(alerts.map { node.leased($0) }, leasedAt: node.clock.now)
  }

  @Test func whatIsAcceptedIsSentAndWrittenDown() async throws {
    let alert = node.commit()
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .delivered }
    }
    let sent = node.notifier.book.value.sent
    #expect(sent.map(\.alert) == [alert] && sent.map(\.attempt) == [1])
    #expect(node.metric(#"tocsin_delivery_attempts_total{channel="slack",outcome="delivered"}"#) == "1")
  }

  @Test func whatFailsIsTriedAgainLater() async throws {
    let alert = node.commit()
    node.notifier.book.change { $0.answers[slack] = [.retryable(DeliveryFailure("away"), after: .seconds(60))] }
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .retrying }
    }
    #expect(node.row(alert)?.dueAt == node.clock.timestamp.advanced(by: 60_000))
    #expect(node.row(alert)?.lastError == "away")
  }

  @Test func whatCanNeverArriveIsGivenUpForItsFallbacks() async throws {
    node.routing.replace(DeliveryNode.table(fallbacks: ["night"]))
    let alert = node.commit()
    node.notifier.book.change { $0.answers[slack] = [.permanent(DeliveryFailure("no such channel"))] }
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .dead }
    }
    let fallbacks = node.database.tables.value.rows.values.filter { $0.planned.cause == .fallback }
    #expect(fallbacks.map(\.planned.target) == [DeliveryNode.mail] && fallbacks.map(\.state) == [.pending])
  }

  @Test func aTargetThatTheConfigurationDoesNotHaveIsLeftToOthers() async throws {
    let other = TargetName(receiver: "ops", target: "slack-2")
    let alert = node.commit(to: other)
    try await node.running(node.completer, node.dispatcher) {
      node.dispatcher.accept([node.leased(alert, to: other)], leasedAt: node.clock.now)
      await node.waitForRow(alert, to: other) { $0.lockedBy == nil }
    }
    #expect(node.notifier.book.value.sent.isEmpty)
  }

  @Test func aTargetThatIsGoneIsDisabledForAllNodes() async throws {
    let (first, second) = (node.commit(1), node.commit(2))
    node.notifier.book.change { $0.answers[slack] = [.gone(DeliveryFailure("HTTP 410"))] }
    accept(first)
    try await node.running(node.completer, node.dispatcher) {
      await node.database.tables.first { !$0.disabled.isEmpty }
      accept(second)
      await node.waitForRow(second) { $0.state == .dead }
    }
    #expect(node.database.tables.value.disabled == [slack: "HTTP 410"])
    #expect(node.row(second)?.lastError == "the target is disabled: HTTP 410")
    #expect(node.notifier.book.value.sent.count == 1)
  }

  @Test func aTargetThatWasEnabledAgainIsSentTo() async throws {
    node.database.tables.change { $0.disabled[slack] = "gone" }
    try await node.disabled.reload()
    node.database.tables.change { $0.disabled = [:] }
    let alert = node.commit()
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .delivered }
    }
  }

  @Test func nothingIsGivenUpWhileNobodyKnowsWhetherTheTargetIsDisabled() async throws {
    node.database.tables.change { $0.disabled[slack] = "gone" }
    try await node.disabled.reload()
    node.faults.fail(.away, at: "disabledTargets()")
    let alert = node.commit()
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .retrying }
    }
    #expect(node.notifier.book.value.sent.isEmpty)
  }

  @Test func aDisabledTargetThatCannotBeWrittenDownStopsNoOther() async throws {
    let alert = node.commit()
    node.faults.fail(.away, at: "disable(_:reason:)")
    node.notifier.book.change { $0.answers[slack] = [.gone(DeliveryFailure("HTTP 410"))] }
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.waitForRow(alert) { $0.state == .dead }
      await node.faults.wait(for: "disable(_:reason:)")
    }
    #expect(node.database.tables.value.disabled.isEmpty)
  }

  @Test func anAttemptWhoseLeaseIsLostIsStoppedAndLeavesNoTrace() async throws {
    let alert = node.commit()
    let id = node.leased(alert).planned.id
    node.notifier.book.change { $0.hanging = [slack] }
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.notifier.book.first { $0.sent.count == 1 }
      node.dispatcher.renewed([], of: [id], until: node.clock.now + .seconds(30))
      await node.notifier.book.first { $0.cancelled == [1] }
      #expect(node.dispatcher.held.isEmpty)
    }
    #expect(!node.faults.calls.contains("complete(_:)"))
    #expect(node.row(alert)?.attempts == 0)
  }

  @Test func whatWasDeliveredCountsThoughTheLeaseWasLost() async throws {
    let alert = node.commit()
    node.notifier.book.change { $0.hanging = [slack] }
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.notifier.book.first { $0.sent.count == 1 }
      // Another node has it now; the answer of this attempt comes first all the same.
      node.database.tables.change { tables in
        for id in tables.rows.keys { tables.rows[id]?.lockedBy = "b" }
      }
      node.notifier.book.change { $0.hanging = [] }
      await node.waitForRow(alert) { $0.state == .delivered }
    }
  }

  @Test func aLeaseIsRenewedUntilTheResultIsWritten() async throws {
    let alert = node.commit()
    node.faults.hold("complete(_:)")
    accept(alert)
    try await node.running(node.completer, node.dispatcher) {
      await node.faults.wait(for: "complete(_:)")
      #expect(node.dispatcher.held == [node.leased(alert).planned.id])
      node.faults.letGo("complete(_:)")
      await node.waitForRow(alert) { $0.state == .delivered }
    }
  }

  @Test func aShutdownFinishesWhatIsUnderWayAndGivesBackWhatWaits() async throws {
    let (first, second) = (node.commit(1), node.commit(2))
    node.notifier.book.change { $0.hanging = [slack] }
    accept(first, second)
    try await testGracefulShutdown { shutdown in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await node.dispatcher.run() }
        await node.notifier.book.first { $0.sent.count == 1 }
        shutdown.triggerGracefulShutdown()
        await node.waitForRow(second) { $0.state == .pending && $0.lockedBy == nil }
        // The pause behind what was given back, and the keeper's two loops.
        await node.clock.waitForSleepers(3)
        node.clock.advance(by: node.settings.releaseInterval)
        node.notifier.book.change { $0.hanging = [] }
        try await group.waitForAll()
      }
    }
    try await testGracefulShutdown { shutdown in
      shutdown.triggerGracefulShutdown()
      try await node.completer.run()
    }
    #expect(node.row(first)?.state == .delivered)
    #expect(node.notifier.book.value.sent.count == 1)
  }
}
