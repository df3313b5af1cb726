import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinEngine

/// Transcripts: what happens, and what the state answers.
@Suite struct GroupCommitStateTests {
  typealias State = GroupCommitState<String>

  let start = ContinuousClock.now

  func submission(_ waiter: String, rows: Int = 1, deadline: Duration = .seconds(1)) -> State.Submission {
    State.Submission(
      alerts: (0..<rows).map { StoredAlert(alert: .sample(number: $0), tenant: .standard) },
      deadline: start + deadline, waiter: waiter)
  }

  @Test func whatArrivesDuringATransactionGoesTogetherInTheNext() {
    var state = State(rowLimit: 128)
    #expect(state.submit(submission("a")) == nil)
    let first = state.next()
    #expect(first?.alerts.count == 1)
    #expect(state.submit(submission("b")) == nil)
    #expect(state.submit(submission("c", rows: 2)) == nil)
    let second = state.next()
    #expect(second?.alerts.count == 3)
    #expect(state.next() == nil)
    #expect(state.written(first!.number, refused: [:]).map(\.0) == ["a"])
    #expect(state.written(second!.number, refused: [:]).map(\.0) == ["b", "c"])
  }

  @Test func aBatchKeepsToItsLimitButTakesALargeSubmissionWhole() {
    var state = State(rowLimit: 4)
    for (waiter, rows) in [("a", 3), ("b", 2), ("c", 9)] { _ = state.submit(submission(waiter, rows: rows)) }
    #expect(state.next()?.alerts.count == 3)
    #expect(state.next()?.alerts.count == 2)
    #expect(state.next()?.alerts.count == 9)
    #expect(state.next() == nil)
  }

  @Test func aRefusedAlertIsToldToItsCallerOnly() {
    var state = State(rowLimit: 128)
    let bad = submission("bad")
    let good = State.Submission(
      alerts: [StoredAlert(alert: .sample(number: 7), tenant: .standard)], deadline: start + .seconds(1),
      waiter: "good")
    _ = state.submit(bad)
    _ = state.submit(good)
    let batch = state.next()!
    let refused = [bad.alerts[0].alert.alertID: "no"]
    let answers = state.written(batch.number, refused: refused)
    #expect(answers.map(\.0) == ["bad", "good"])
    #expect(answers.map(\.1) == [.written(refused: refused), .written(refused: [:])])
  }

  @Test func whilePostgresIsAwayNobodyWaits() {
    var state = State(rowLimit: 128)
    _ = state.submit(submission("a"))
    let batch = state.next()!
    _ = state.submit(submission("b"))
    #expect(state.away(batch.number).map(\.0) == ["a", "b"])
    #expect(state.submit(submission("c")) == .late)
    state.back()
    #expect(state.submit(submission("d")) == nil)
  }

  @Test func aCallerIsAnsweredOnceEvenIfItsTransactionEndsAfterItsDeadline() {
    var state = State(rowLimit: 128)
    _ = state.submit(submission("early", deadline: .milliseconds(10)))
    _ = state.submit(submission("late", deadline: .seconds(5)))
    let batch = state.next()!
    _ = state.submit(submission("queued", deadline: .milliseconds(20)))
    #expect(state.earliestDeadline == start + .milliseconds(10))
    #expect(state.expire(at: start + .milliseconds(50)).map(\.0) == ["queued", "early"])
    #expect(state.isAway)
    #expect(state.written(batch.number, refused: [:]).map(\.0) == ["late"])
    #expect(!state.isAway)
    #expect(state.earliestDeadline == nil)
  }

  @Test func aClosedStateTakesNothingNewAndFinishesWhatItHas() {
    var state = State(rowLimit: 128)
    _ = state.submit(submission("a"))
    state.close()
    #expect(state.submit(submission("b")) == .late)
    #expect(state.next()?.alerts.count == 1)
  }
}

extension Alert {
  /// An alert whose id is determined by a number.
  static func sample(number: Int) -> Alert {
    Alert(
      alertID: AlertID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number)), ruleID: "r",
      alertType: .roasDrop, severity: .high, title: "t", message: "m", entity: Entity(campaignID: "c\(number)"),
      campaignName: "C", metricName: "roas", metricValue: 1, thresholdValue: 2, details: [:])
  }
}
