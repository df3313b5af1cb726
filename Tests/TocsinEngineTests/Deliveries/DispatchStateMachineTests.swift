import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinEngine

@Suite struct DispatchStateMachineTests {
  private let start = ContinuousClock.now
  private let slack = TargetName(receiver: "ops", target: "slack-1")
  private let mail = TargetName(receiver: "ops", target: "email-1")

  private func item(
    _ number: UInt64, to target: TargetName, leaseEnds: Duration = .seconds(60)
  ) -> DispatchStateMachine.Item {
    let alertID = AlertID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 + number)
    let alert = Alert(
      alertID: alertID, ruleID: "r", alertType: .roasDrop, severity: .high, title: "", message: "",
      entity: Entity(campaignID: "c", adID: ""), campaignName: "", metricName: "roas", metricValue: 1,
      thresholdValue: 2, details: [:])
    let planned = PlannedDelivery(alertID: alertID, cause: .fired, target: target, channel: .slack)
    return DispatchStateMachine.Item(
      leased: LeasedDelivery(planned: planned, alert: alert, tenant: .standard), leaseEnds: start + leaseEnds,
      acceptedAt: start)
  }

  private func state(
    queueFactor: Int = 10, breaker: CircuitBreaker = CircuitBreaker(threshold: 2, rest: .seconds(15))
  ) -> DispatchStateMachine {
    DispatchStateMachine(queueFactor: queueFactor, leaseReserve: .seconds(10), breaker: breaker)
  }

  private let away = DeliveryOutcome.retryable(DeliveryFailure("away"))

  @Test func attemptsUpToTheLimitAreBegunTheOthersWaitInOrder() {
    var state = state()
    let items = (1...4).map { item(UInt64($0), to: slack) }
    #expect(state.accept(items, concurrency: { _ in 2 }, now: start) == [.send(items[0]), .send(items[1])])
    #expect(
      state.finished(items[1].id, to: slack, outcome: .delivered(status: 200), concurrency: { _ in 2 }, now: start)
        .actions
        == [.send(items[2])])
    #expect(
      state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: { _ in 2 }, now: start)
        .actions
        == [.send(items[3])])
    for item in items[..<2] { state.written(item.id, to: slack) }
    #expect(state.count == 2)
  }

  @Test func oneTargetThatHangsDelaysNoOther() {
    var state = state()
    let stuck = (1...3).map { item(UInt64($0), to: slack) }
    let others = (4...6).map { item(UInt64($0), to: mail) }
    #expect(state.accept(stuck, concurrency: { _ in 1 }, now: start) == [.send(stuck[0])])
    #expect(state.accept(others, concurrency: { _ in 1 }, now: start) == [.send(others[0])])
    #expect(
      state.finished(others[0].id, to: mail, outcome: .delivered(status: nil), concurrency: { _ in 1 }, now: start)
        .actions
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
    var state = state(queueFactor: 2)
    let items = (1...4).map { item(UInt64($0), to: slack) }
    #expect(
      state.accept(items, concurrency: { _ in 1 }, now: start)
        == [.send(items[0]), .release([items[3]], after: .seconds(5))])
  }

  @Test func anOpenBreakerGivesBackWhatWaitsAndThenLetsOneThrough() {
    var state = state()
    let items = (1...5).map { item(UInt64($0), to: slack) }
    #expect(
      state.accept(Array(items[..<4]), concurrency: { _ in 2 }, now: start) == [.send(items[0]), .send(items[1])])
    #expect(
      state.finished(items[0].id, to: slack, outcome: away, concurrency: { _ in 2 }, now: start).actions == [
        .send(items[2])
      ])
    #expect(
      state.finished(items[1].id, to: slack, outcome: away, concurrency: { _ in 2 }, now: start).actions
        == [.release([items[3]], after: .seconds(15))])
    #expect(state.breakers(now: start) == ["ops": .open])
    let later = start + .seconds(5)
    #expect(
      state.accept([items[4]], concurrency: { _ in 2 }, now: later) == [.release([items[4]], after: .seconds(10))])
    // The attempt that was under way ends, too: the breaker stays open.
    #expect(state.finished(items[2].id, to: slack, outcome: away, concurrency: { _ in 2 }, now: later).actions == [])
    let rested = start + .seconds(16)
    #expect(
      state.accept([items[3], items[4]], concurrency: { _ in 2 }, now: rested)
        == [.send(items[3]), .release([items[4]], after: .seconds(15))])
    #expect(
      state.finished(items[3].id, to: slack, outcome: .delivered(status: 200), concurrency: { _ in 2 }, now: rested)
        .actions == [])
    #expect(state.breakers(now: rested) == ["ops": .closed])
  }

  @Test func aRefusalIsAnAnswerAndOpensNothing() {
    var state = state()
    let items = (1...3).map { item(UInt64($0), to: slack) }
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    let refusal = DeliveryOutcome.permanent(DeliveryFailure("bad request", status: 400))
    #expect(
      state.finished(items[0].id, to: slack, outcome: refusal, concurrency: { _ in 1 }, now: start).actions == [
        .send(items[1])
      ])
    #expect(
      state.finished(items[1].id, to: slack, outcome: refusal, concurrency: { _ in 1 }, now: start).actions == [
        .send(items[2])
      ])
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
    let held: Set = [items[0].id, items[2].id]
    #expect(
      state.renewed(
        held, of: items[..<3].map(\.id), until: start + .seconds(60), concurrency: { _ in 1 }, now: start) == [])
    #expect(state.lapse(concurrency: { _ in 1 }, now: start + .seconds(15)) == [])
    #expect(Set(state.held) == held)
    items[2].leaseEnds = start + .seconds(60)
    let finished = state.finished(
      items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: { _ in 1 }, now: start)
    #expect(finished.isHeld)
    #expect(finished.actions == [.send(items[2])])
    // Until it is written down, the lease of the first one has to last.
    #expect(Set(state.held) == held)
    state.written(items[0].id, to: slack)
    #expect(state.held == [items[2].id])
  }

  @Test func anAttemptEndsBeforeItsLeaseDoes() {
    var state = state()
    let items = [
      item(1, to: slack, leaseEnds: .seconds(30)), item(2, to: mail, leaseEnds: .seconds(60)),
      item(3, to: slack, leaseEnds: .seconds(60)),
    ]
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    #expect(state.lapse(concurrency: { _ in 1 }, now: start + .seconds(19)) == [])
    // What waited behind it takes its place.
    #expect(
      state.lapse(concurrency: { _ in 1 }, now: start + .seconds(21)) == [.abort([items[0].id]), .send(items[2])])
    #expect(!state.mayBegin(items[0], now: start))
    #expect(state.mayBegin(items[2], now: start) && !state.mayBegin(items[2], now: start + .seconds(55)))
    let finished = state.finished(items[0].id, to: slack, outcome: away, concurrency: { _ in 1 }, now: start)
    #expect(!finished.isHeld && finished.actions == [])
    // One that is somebody else's, or final, is stopped as well.
    #expect(
      state.renewed(
        [items[2].id], of: [items[1].id, items[2].id], until: start + .seconds(90), concurrency: { _ in 1 }, now: start)
        == [.abort([items[1].id])])
    #expect(state.held == [items[2].id])
  }

  @Test func asManyFindRoomAsCanBeSentSoon() {
    var state = state(queueFactor: 3)
    let concurrency = { (_: String) in 2 }
    #expect(state.room(of: slack, concurrency: concurrency, now: start) == 8)
    let items = (1...9).map { item(UInt64($0), to: slack) }
    _ = state.accept(Array(items[..<5]), concurrency: concurrency, now: start)
    // Two under way, three that wait.
    #expect(state.room(of: slack, concurrency: concurrency, now: start) == 3)
    _ = state.accept(Array(items[5..<8]), concurrency: concurrency, now: start)
    #expect(state.room(of: slack, concurrency: concurrency, now: start) == 0)
    #expect(
      state.accept([items[8]], concurrency: concurrency, now: start) == [.release([items[8]], after: .seconds(5))])
    _ = state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: concurrency, now: start)
    #expect(state.room(of: slack, concurrency: concurrency, now: start) == 1)
    state.keep { _ in false }
    #expect(state.count == 8)
  }

  @Test func oneFindsRoomWhereATargetIsTriedAgain() {
    var state = state(queueFactor: 3)
    let concurrency = { (_: String) in 2 }
    // One hangs from before the breaker opened, and is in nobody's way.
    _ = state.accept([item(100, to: slack)], concurrency: concurrency, now: start)
    for number in 1...5 {
      let failing = item(UInt64(number), to: slack)
      _ = state.accept([failing], concurrency: concurrency, now: start)
      _ = state.finished(failing.id, to: slack, outcome: away, concurrency: concurrency, now: start)
    }
    #expect(state.room(of: slack, concurrency: concurrency, now: start) == 0)
    let later = start + .seconds(16)
    #expect(state.room(of: slack, concurrency: concurrency, now: later) == 1)
    let probe = item(6, to: slack)
    #expect(state.accept([probe], concurrency: concurrency, now: later) == [.send(probe)])
    #expect(state.room(of: slack, concurrency: concurrency, now: later) == 0)
    _ = state.finished(probe.id, to: slack, outcome: .delivered(status: 200), concurrency: concurrency, now: later)
    #expect(state.room(of: slack, concurrency: concurrency, now: later) == 7)
  }

  @Test func afterTheEndEverythingIsGivenBack() {
    var state = state()
    let items = (1...3).map { item(UInt64($0), to: slack) }
    _ = state.accept(items, concurrency: { _ in 1 }, now: start)
    #expect(state.close() == [.release(Array(items[1...]).sorted { $0.id < $1.id }, after: .zero)])
    #expect(
      state.finished(items[0].id, to: slack, outcome: .delivered(status: 200), concurrency: { _ in 1 }, now: start)
        .actions == [])
    let late = item(9, to: mail)
    #expect(state.accept([late], concurrency: { _ in 1 }, now: start) == [.release([late], after: .zero)])
  }

  /// One person who cannot be reached for days says nothing of the server, nor of the others.
  @Test func partsThatAreRefusedOpenNoBreaker() {
    var state = state()
    let part = DeliveryOutcome.retryable(DeliveryFailure("some later", progress: DeliveryProgress(reached: ["a"])))
    for number in 1...6 {
      var item = item(UInt64(number), to: mail)
      if number > 3 { item.leased.progress = DeliveryProgress(reached: ["a"]) }
      #expect(state.accept([item], concurrency: { _ in 1 }, now: start) == [.send(item)])
      _ = state.finished(
        item.id, to: mail, outcome: number > 3 ? away : part, concurrency: { _ in 1 }, now: start)
      state.written(item.id, to: mail)
    }
    #expect(state.breakers(now: start) == ["ops": .closed])
  }
}
