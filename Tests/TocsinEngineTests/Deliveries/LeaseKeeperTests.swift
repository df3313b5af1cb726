import Logging
import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct LeaseKeeperTests {
  /// Holds what it is told to hold.
  private struct Holder: LeaseHolder {
    struct State: Sendable {
      var held: [DeliveryID] = []
      var renewals: [(kept: Set<DeliveryID>, asked: [DeliveryID], end: ContinuousClock.Instant)] = []
      var lapses = 0
    }

    let state = Watched(State())

    var held: [DeliveryID] { state.value.held }
    func renewed(_ kept: Set<DeliveryID>, of asked: [DeliveryID], until end: ContinuousClock.Instant) {
      state.change { $0.renewals.append((kept, asked, end)) }
    }
    func lapse() {
      state.change { $0.lapses += 1 }
    }
  }

  private let node = DeliveryNode()
  private let holder = Holder()

  private func keeping(_ body: () async -> Void) async {
    let keeper = LeaseKeeper(
      store: node.store, grace: node.grace, reserve: .seconds(4), clock: node.clock, logger: node.logger)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await keeper.keep(holder) }
      await node.clock.waitForSleepers(2)
      await body()
      group.cancelAll()
    }
  }

  @Test func leasesAreRenewedLongBeforeTheyEndAndTheLostOnesAreNamed() async {
    let (mine, other) = (node.leased(node.commit(1)).planned.id, node.leased(node.commit(2, by: "b")).planned.id)
    holder.state.change { $0.held = [mine, other] }
    await keeping {
      let first = await holder.state.first { $0.renewals.count == 1 }.renewals[0]
      #expect(first.kept == [mine] && first.asked == [mine, other])
      #expect(first.end == node.clock.now + .seconds(30))
      node.clock.advance(by: .seconds(7.5))
      let second = await holder.state.first { $0.renewals.count == 2 }.renewals[1]
      #expect(second.end == first.end + .seconds(7.5))
    }
  }

  @Test func withNothingHeldPostgreSQLIsNotAsked() async {
    await keeping { #expect(node.faults.calls.isEmpty) }
  }

  @Test func aRenewalThatFailsBeginsTheGraceAndIsTriedAgain() async {
    holder.state.change { $0.held = [node.leased(node.commit()).planned.id] }
    node.clock.advance(by: .seconds(10))
    #expect(node.grace.isOver)
    node.faults.fail(.away, at: "renew(_:)", times: 1)
    await keeping {
      #expect(!node.grace.isOver && holder.state.value.renewals.isEmpty)
      node.clock.advance(by: .seconds(7.5))
      await holder.state.first { $0.renewals.count == 1 }
    }
  }

  @Test func whatIsNotRenewedLapsesWhilePostgreSQLHangs() async {
    holder.state.change { $0.held = [node.leased(node.commit()).planned.id] }
    node.faults.hold("renew(_:)")
    let keeper = LeaseKeeper(
      store: node.store, grace: node.grace, reserve: .seconds(4), clock: node.clock, logger: node.logger)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await keeper.keep(holder) }
      await node.faults.wait(for: "renew(_:)")
      for round in 1...3 {
        await holder.state.first { $0.lapses == round }
        await node.clock.waitForSleepers(1)
        node.clock.advance(by: .seconds(1))
      }
      node.faults.letGo("renew(_:)")
      group.cancelAll()
    }
  }
}
