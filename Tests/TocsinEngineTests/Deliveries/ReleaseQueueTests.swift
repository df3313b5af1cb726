import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct ReleaseQueueTests {
  private let node = DeliveryNode()
  private let old = TargetName(receiver: "ops", target: "slack-0")

  private var queue: ReleaseQueue {
    ReleaseQueue(
      store: node.store, routing: node.routing, completer: node.completer, settings: node.settings, clock: node.clock,
      metrics: node.metrics, logger: node.logger)
  }

  /// Gives back, and completes, until the body is done.
  private func releasing(_ queue: ReleaseQueue, _ body: () async -> Void) async throws {
    try await node.running(node.completer) {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await queue.run() }
        await body()
        queue.close()
        group.cancelAll()
      }
    }
  }

  @Test func manyAreGivenBackByOneRequestNotToReturnAtOnce() async throws {
    let alerts = (1...3).map { node.commit($0) }
    let queue = queue
    queue.add(alerts.map { node.item($0) }, after: .seconds(10))
    try await releasing(queue) { await node.waitForRow(alerts[2]) { $0.lockedBy == nil } }
    #expect(node.faults.calls == ["release(_:afterMilliseconds:)"])
    for alert in alerts {
      let due = (node.row(alert)?.dueAt.milliseconds ?? 0) - node.clock.timestamp.milliseconds
      #expect((10_000...15_500).contains(due) && node.row(alert)?.state == .pending)
    }
    #expect(node.metric("tocsin_deliveries_released_total") == "3")
  }

  @Test func whatCannotBeGivenBackIsLeftToItsLeaseAndTheNextOneGoes() async throws {
    let (first, second) = (node.commit(1), node.commit(2))
    let queue = queue
    node.faults.fail(.away, at: "release(_:afterMilliseconds:)", times: 1)
    queue.add([node.item(first)], after: .zero)
    try await releasing(queue) {
      await node.clock.waitForSleepers(1)
      queue.add([node.item(second)], after: .zero)
      node.clock.advance(by: node.settings.releaseInterval)
      await node.waitForRow(second) { $0.lockedBy == nil }
    }
    #expect(node.row(first)?.lockedBy == "a" && node.row(first)?.state == .sending)
  }

  @Test func whatHasWaitedTooLongIsGivenUp() async throws {
    let alert = node.commit()
    let item = node.item(alert)
    node.clock.advance(by: .seconds(172_801))
    let queue = queue
    queue.add([item], after: .seconds(10))
    try await releasing(queue) { await node.waitForRow(alert) { $0.state == .dead } }
    #expect(node.row(alert)?.lastError == "not tried: the target has not answered for a while")
    #expect(node.metric(#"tocsin_deliveries_dead_total{channel="slack"}"#) == "1")
  }

  @Test func whatIsGivenBackReturnsWhenItsFallbacksAreToBeNotified() async throws {
    node.routing.replace(DeliveryNode.table(fallbacks: ["night"], fallbackAfter: .seconds(300)))
    let alert = node.commit()
    let item = node.item(alert)
    node.clock.advance(by: .seconds(299))
    let queue = queue
    queue.add([item], after: .seconds(60))
    try await releasing(queue) { await node.waitForRow(alert) { $0.lockedBy == nil } }
    let due = (node.row(alert)?.dueAt.milliseconds ?? 0) - node.clock.timestamp.milliseconds
    #expect((1000...1500).contains(due) && node.database.tables.value.rows.count == 1)
  }

  @Test func whatHasWaitedLongIsItsFallbacksToo() async throws {
    node.routing.replace(DeliveryNode.table(fallbacks: ["night"], fallbackAfter: .seconds(300)))
    let alert = node.commit()
    let item = node.item(alert)
    node.clock.advance(by: .seconds(301))
    let queue = queue
    queue.add([item], after: .seconds(60))
    try await releasing(queue) { await node.database.tables.first { $0.rows.count == 2 } }
    #expect(node.row(alert)?.state == .retrying)
  }

  @Test func whatGoesToAReplacedTargetIsGivenToTheNewOne() async throws {
    node.routing.replace(DeliveryNode.table(slack: old))
    node.routing.replace(DeliveryNode.table())
    let alert = node.commit(to: old)
    let queue = queue
    queue.add([node.item(alert, to: old)], after: .seconds(30))
    try await releasing(queue) {
      await node.waitForRow(alert, to: old) { $0.planned.target == DeliveryNode.slack && $0.lockedBy == nil }
    }
    #expect(!node.faults.calls.contains("release(_:afterMilliseconds:)"))
  }

  @Test func whatCannotBeGivenToTheNewTargetIsGivenBack() async throws {
    node.routing.replace(DeliveryNode.table(slack: old))
    node.routing.replace(DeliveryNode.table())
    node.faults.fail(.away, at: "retarget(_:to:told:)")
    let alert = node.commit(to: old)
    let queue = queue
    queue.add([node.item(alert, to: old)], after: .seconds(30))
    try await releasing(queue) { await node.waitForRow(alert, to: old) { $0.lockedBy == nil } }
    #expect(node.row(alert, to: old)?.planned.target == old)
  }

  @Test func whatWasAddedBeforeTheEndIsStillGivenBack() async throws {
    let alert = node.commit()
    let queue = queue
    queue.add([node.item(alert)], after: .zero)
    queue.close()
    async let run: Void = queue.run()
    await node.clock.waitForSleepers(1)
    node.clock.advance(by: node.settings.releaseInterval)
    await run
    #expect(node.row(alert)?.lockedBy == nil)
  }
}
