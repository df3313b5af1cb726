import ServiceLifecycleTestKit
import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct DeliveryCompleterTests {
  private let node = DeliveryNode()
  private let written = Watched(0)

  private func complete(_ alert: Alert, _ outcome: DeliveryOutcome = .delivered(status: 200)) {
    let now = node.clock.now
    node.completer.complete(
      node.item(alert), outcome, outcome.failure.map { .dead($0.reason) } ?? .delivered, from: now, to: now,
      node.routing.snapshot
    ) { written.change { $0 += 1 } }
  }

  @Test func aResultIsWrittenAndPublished() async throws {
    let alert = node.commit()
    complete(alert)
    try await node.running(node.completer) { await written.first { $0 == 1 } }
    #expect(node.row(alert)?.state == .delivered)
    #expect(node.journal.script.value.updates.count == 1)
    #expect(!node.completer.isBehind)
  }

  @Test func withPostgreSQLAwayAResultIsKeptAndNothingIsLeased() async throws {
    let alert = node.commit()
    node.clock.advance(by: .seconds(10))
    node.faults.fail(.away, at: "complete(_:)", times: 2)
    complete(alert)
    try await node.running(node.completer) {
      await node.faults.wait(for: "complete(_:)")
      await node.clock.waitForSleepers(1)
      #expect(node.completer.isBehind && !node.grace.isOver && written.value == 0)
      node.clock.advance(by: .seconds(1))
      await node.faults.wait(for: "complete(_:)", count: 2)
      await node.clock.waitForSleepers(1)
      node.clock.advance(by: .seconds(1))
      await written.first { $0 == 1 }
    }
    #expect(node.row(alert)?.state == .delivered && !node.completer.isBehind)
  }

  @Test func anAnswerThatIsLostWritesNothingTwice() async throws {
    let alert = node.commit()
    node.faults.fail(.away, at: "complete(_:)", .afterEffect, times: 1)
    complete(alert)
    try await node.running(node.completer) {
      await node.clock.waitForSleepers(1)
      node.clock.advance(by: .seconds(1))
      await written.first { $0 == 1 }
    }
    #expect(node.row(alert)?.attempts == 1)
  }

  @Test func aResultThatIsRefusedHurtsNoOther() async throws {
    let (first, second) = (node.commit(1), node.commit(2))
    // Both together, then the first one alone.
    node.faults.fail(.refused, at: "complete(_:)", times: 2)
    complete(first)
    complete(second)
    try await node.running(node.completer) { await written.first { $0 == 2 } }
    #expect(node.row(first)?.state == .sending && node.row(second)?.state == .delivered)
    #expect(node.faults.calls.count == 3)
  }

  @Test func clientsThatCannotBeToldStopNoResult() async throws {
    let alert = node.commit()
    node.journal.script.change { $0.isAway = true }
    complete(alert)
    try await node.running(node.completer) { await written.first { $0 == 1 } }
    #expect(node.row(alert)?.state == .delivered)
  }

  @Test func whatIsGivenUpIsCounted() async throws {
    complete(node.commit(), .permanent(DeliveryFailure("no such channel")))
    #expect(node.metric(#"tocsin_deliveries_dead_total{channel="slack"}"#) == "1")
  }

  @Test func atAShutdownWhatWasAddedIsStillWritten() async throws {
    let alert = node.commit()
    complete(alert)
    try await testGracefulShutdown { shutdown in
      shutdown.triggerGracefulShutdown()
      try await node.completer.run()
    }
    #expect(node.row(alert)?.state == .delivered)
    // Behind that it is dropped, and its lease runs out.
    complete(node.commit(2))
    #expect(written.value == 1)
  }

  @Test func whoIsStoppedDoesNotWaitForPostgreSQL() async throws {
    node.faults.goAway("postgresql")
    complete(node.commit())
    try await node.running(node.completer) { await node.clock.waitForSleepers(1) }
    #expect(written.value == 1)
  }
}
