import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinEngine

@Suite struct TimelineTests {
  private let fired = Timestamp(milliseconds: 1_800_000_000_000)

  private func at(_ milliseconds: Int64) -> Timestamp { fired.advanced(by: milliseconds) }

  private func alert() -> Alert {
    Alert(
      alertID: AlertID(lowerBound: fired), ruleID: "r", alertType: .roasDrop, severity: .high, title: "", message: "",
      entity: Entity(campaignID: "c"), campaignName: "", metricName: "roas", metricValue: 1, thresholdValue: 2,
      details: [:], acknowledgement: Alert.Mark(at: at(200), by: "ann"), resolution: Alert.Mark(at: at(900), by: nil))
  }

  private func delivery(_ state: DeliveryState, node: String?, history: [Delivery.Attempt]) -> Delivery {
    let target = TargetName(receiver: "ops", target: "slack-1")
    return Delivery(
      planned: PlannedDelivery(
        alertID: AlertID(lowerBound: fired), cause: .fired, target: target, channel: .slack),
      state: state, attempts: history.count, createdAt: at(5), dueAt: nil, finishedAt: state.isFinal ? at(600) : nil,
      lockedBy: node, lastError: nil, history: history)
  }

  @Test func everythingIsToldInItsOrder() {
    let attempts = [
      Delivery.Attempt(
        number: 1, at: at(30), node: "a", outcome: "retryable", status: 500, milliseconds: 20, error: "it failed"),
      Delivery.Attempt(
        number: 2, at: at(600), node: "b", outcome: "permanent", status: 404, milliseconds: 50, error: "not found"),
    ]
    let dead = delivery(.dead, node: nil, history: attempts)
    #expect(
      TimelineEntry.timeline(of: alert(), deliveries: [dead]) == [
        TimelineEntry(at: at(0), event: .fired),
        TimelineEntry(at: at(5), event: .planned(dead)),
        TimelineEntry(at: at(10), event: .claimed(by: "a", dead)),
        TimelineEntry(at: at(30), event: .attempt(attempts[0], of: dead)),
        TimelineEntry(at: at(200), event: .acknowledged(by: "ann")),
        TimelineEntry(at: at(550), event: .claimed(by: "b", dead)),
        TimelineEntry(at: at(600), event: .attempt(attempts[1], of: dead)),
        TimelineEntry(at: at(600), event: .finished(dead)),
        TimelineEntry(at: at(900), event: .resolved(by: nil)),
      ])
  }

  /// Redis says when it fired, PostgreSQL the rest: their clocks differ, and steps share a millisecond.
  @Test func whatHappensAtOnceStaysInItsOrder() {
    let attempt = Delivery.Attempt(
      number: 1, at: at(5), node: "a", outcome: "permanent", status: 404, milliseconds: 0, error: nil)
    var dead = delivery(.dead, node: nil, history: [attempt])
    dead.finishedAt = at(5)
    var other = delivery(.delivered, node: nil, history: [])
    other.createdAt = at(0)
    var alert = alert()
    alert.acknowledgement = Alert.Mark(at: at(0), by: "ann")
    alert.resolution = Alert.Mark(at: at(0), by: "bob")
    #expect(
      TimelineEntry.timeline(of: alert, deliveries: [dead, other]).map(\.event) == [
        .fired, .acknowledged(by: "ann"), .resolved(by: "bob"), .planned(other), .planned(dead),
        .claimed(by: "a", dead), .attempt(attempt, of: dead), .finished(dead),
      ])
  }

  @Test func timesOfOtherHandsAreTold() {
    let attempts = [Int64.min, -1, .max].flatMap { at in
      [Int.min, 0, .max].map { milliseconds in
        Delivery.Attempt(
          number: .max, at: Timestamp(milliseconds: at), node: "a", outcome: "retryable", status: .min,
          milliseconds: milliseconds, error: nil)
      }
    }
    let dead = delivery(.dead, node: nil, history: attempts)
    #expect(TimelineEntry.timeline(of: alert(), deliveries: [dead]).count == 5 + 2 * attempts.count)
  }

  @Test func whoHoldsItIsToldBeforeTheFirstAttemptHasEnded() {
    let held = delivery(.sending, node: "a", history: [])
    #expect(
      TimelineEntry.timeline(of: alert(), deliveries: [held]).map(\.event).prefix(3)
        == [.fired, .planned(held), .claimed(by: "a", held)])
  }
}
