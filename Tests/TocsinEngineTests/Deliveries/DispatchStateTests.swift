import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct DispatchStateTests {
  private let start = ContinuousClock.now
  private let slack = TargetName(receiver: "ops", target: "slack-1")
  private let mail = TargetName(receiver: "ops", target: "email-1")

  private func item(_ number: UInt64, to target: TargetName, leaseEnds: Duration = .seconds(60)) -> DispatchState.Item {
    let alertID = AlertID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 + number)
    let alert = Alert(
      alertID: alertID, ruleID: "r", alertType: .roasDrop, severity: .high, title: "", message: "",
      entity: Entity(campaignID: "c", adID: ""), campaignName: "", metricName: "roas", metricValue: 1,
      thresholdValue: 2, details: [:])
    let planned = PlannedDelivery(alertID: alertID, cause: .fired, target: target, channel: .slack)
    return DispatchState.Item(
      leased: LeasedDelivery(planned: planned, alert: alert, tenant: .standard), leaseEnds: start + leaseEnds,
      acceptedAt: start)
  }

  private func state(
    queueLimit: Int = 10, breaker: CircuitBreaker = CircuitBreaker(threshold: 2, rest: .seconds(15))
  ) -> DispatchState {
    DispatchState(queueLimit: queueLimit, leaseReserve: .seconds(10), breaker: breaker)
  }

  private let away = DeliveryOutcome.retryable(DeliveryFailure("away"))

  @Test func attemptsUpToTheLimitAreBegunTheOthersWaitInOrder() {
    var state = state()
    let items = (1...4).map { item(UInt64($0), to: slack) }
    #expect(state.accept(items, concurrency: { _ in 2 }, now: start) == [.send(items[0]), .send(items[1])])
    #expect(
      state.finished(items[1].id, to: slack, outcome: .delivered(status: 200), concurrency: 2, now: start)
        == [.send(items[2])])
    #expect(
      state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: 2, now: start)
        == [.send(items[3])])
    #expect(state.count == 2)
  }

  @Test func oneTargetThatHangsDelaysNoOther() {
    var state = state()
    let stuck = (1...3).map { item(UInt64($0), to: slack) }
    let others = (4...6).map { item(UInt64($0), to: mail) }
    #expect(state.accept(stuck, concurrency: { _ in 1 }, now: start) == [.send(stuck[0])])
    #expect(state.accept(others, concurrency: { _ in 1 }, now: start) == [.send(others[0])])
    #expect(
      state.finished(others[0].id, to: mail, outcome: .delivered(status: nil), concurrency: 1, now: start)
        == [.send(others[1])])
  }

  @Test func whatIsHeldAlreadyIsNotTakenTwice() {
    var state = state()
    let items = (1...2).map { item(UInt64($0), to: slack) }
    #expect(state.accept(items, concurrency: { _ in 1 }, now: start) == [.send(items[0])])
    #expect(state.accept(items, concurrency: { _ in 1 }, now: start) == [])
    #expect(state.count == 2)
  }

  @Test func whatTheQueueCannotHoldIsGivenBack() {
    var state = state(queueLimit: 2)
    let items = (1...4).map { item(UInt64($0), to: slack) }
    #expect(
      state.accept(items, concurrency: { _ in 1 }, now: start)
        == [.release([items[2].id, items[3].id], after: .seconds(5)), .send(items[0])])
  }

  @Test func anOpenBreakerGivesBackWhatWaitsAndThenLetsOneThrough() {
    var state = state()
    let items = (1...5).map { item(UInt64($0), to: slack) }
    #expect(
      state.accept(Array(items[..<4]), concurrency: { _ in 2 }, now: start) == [.send(items[0]), .send(items[1])])
    #expect(state.finished(items[0].id, to: slack, outcome: away, concurrency: 2, now: start) == [.send(items[2])])
    #expect(
      state.finished(items[1].id, to: slack, outcome: away, concurrency: 2, now: start)
        == [.release([items[3].id], after: .seconds(15))])
    #expect(state.breakers(now: start) == ["ops": .open])
    let later = start + .seconds(5)
    #expect(
      state.accept([items[4]], concurrency: { _ in 2 }, now: later) == [.release([items[4].id], after: .seconds(10))])
    // The attempt that was under way ends, too: the breaker stays open.
    #expect(state.finished(items[2].id, to: slack, outcome: away, concurrency: 2, now: later) == [])
    let rested = start + .seconds(16)
    #expect(
      state.accept([items[3], items[4]], concurrency: { _ in 2 }, now: rested)
        == [.send(items[3]), .release([items[4].id], after: .seconds(15))])
    #expect(
      state.finished(items[3].id, to: slack, outcome: .delivered(status: 200), concurrency: 2, now: rested) == [])
    #expect(state.breakers(now: rested) == ["ops": .closed])
  }

  @Test func aRefusalIsAnAnswerAndOpensNothing() {
    var state = state()
    let items = (1...3).map { item(UInt64($0), to: slack) }
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    let refusal = DeliveryOutcome.permanent(DeliveryFailure("bad request", status: 400))
    #expect(state.finished(items[0].id, to: slack, outcome: refusal, concurrency: 1, now: start) == [.send(items[1])])
    #expect(state.finished(items[1].id, to: slack, outcome: refusal, concurrency: 1, now: start) == [.send(items[2])])
  }

  @Test func nothingIsBegunWithoutALeaseThatLastsForIt() {
    var state = state()
    let items = [item(1, to: slack, leaseEnds: .seconds(9)), item(2, to: slack, leaseEnds: .seconds(11))]
    #expect(state.accept(items, concurrency: { _ in 1 }, now: start) == [.send(items[1])])
    #expect(state.count == 1)
  }

  @Test func renewedLeasesLastAndLostOnesAreForgotten() {
    var state = state()
    var items = (1...4).map { item(UInt64($0), to: slack, leaseEnds: .seconds(20)) }
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    #expect(Set(state.held) == Set(items.map(\.id)))
    // The second one is somebody else's; the fourth one was not asked for, and its lease is about to end.
    #expect(
      state.renewed([items[0].id, items[2].id], of: items[..<3].map(\.id), until: start + .seconds(60)) == [])
    #expect(state.lapse(now: start + .seconds(15)) == [])
    #expect(Set(state.held) == [items[0].id, items[2].id])
    items[2].leaseEnds = start + .seconds(60)
    #expect(
      state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: 1, now: start)
        == [.send(items[2])])
  }

  @Test func anAttemptEndsBeforeItsLeaseDoes() {
    var state = state()
    let items = [item(1, to: slack, leaseEnds: .seconds(30)), item(2, to: mail, leaseEnds: .seconds(60))]
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    #expect(state.lapse(now: start + .seconds(19)) == [])
    #expect(state.lapse(now: start + .seconds(21)) == [.abort([items[0].id])])
    #expect(state.finished(items[0].id, to: slack, outcome: away, concurrency: 1, now: start) == nil)
    // One that is somebody else's, or final, is stopped as well.
    #expect(state.renewed([], of: [items[1].id], until: start + .seconds(90)) == [.abort([items[1].id])])
    #expect(state.count == 0)
  }

  @Test func afterTheEndEverythingIsGivenBack() {
    var state = state()
    let items = (1...3).map { item(UInt64($0), to: slack) }
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    #expect(state.close() == [.release(items[1...].map(\.id).sorted(), after: .zero)])
    #expect(
      state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: 1, now: start) == [])
    let late = item(9, to: mail)
    #expect(state.accept([late], concurrency: { _ in 1 }, now: start) == [.release([late.id], after: .zero)])
  }
}
