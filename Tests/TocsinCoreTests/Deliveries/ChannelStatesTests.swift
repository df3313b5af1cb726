import Testing
import TocsinCore

@Suite struct ChannelStatesTests {
  @Test(
    arguments: [
      ([], nil), ([.cancelled], nil), ([.delivered], true), ([.dead], false), ([.pending], nil), ([.sending], nil),
      ([.retrying], nil), ([.delivered, .delivered, .cancelled], true), ([.delivered, .dead], false),
      ([.dead, .delivered], false), ([.dead, .retrying], nil), ([.delivered, .pending, .dead], nil),
      ([.sending, .delivered], nil), ([.cancelled, .dead], false),
    ] as [([DeliveryState], Bool?)])
  func aChannelSaysWhatItsDeliveriesSay(_ states: [DeliveryState], _ expected: Bool?) {
    for states in [states, states.reversed()] {
      var channels = ChannelStates()
      for state in states { channels.add(state, on: .slack) }
      #expect(channels.status["slack"] == expected)
    }
  }

  @Test func channelsDoNotMixUp() {
    var channels = ChannelStates()
    channels.add(.delivered, on: .slack)
    channels.add(.dead, on: .email)
    channels.add(.pending, on: .webhook)
    #expect(channels.status == ["slack": true, "email": false])
  }

  @Test func causesStandInTheirOrder() {
    let causes: [DeliveryCause] = [.fired, .fallback, .acknowledged, .resolved]
    #expect(causes.map(\.sequence) == [0, 1, 2, 3])
    #expect(causes.map(\.tellsOfFiring) == [true, true, false, false])
    #expect(AlertAction.allCases.map { DeliveryCause($0) } == [.acknowledged, .resolved])
    #expect(DeliveryState.allCases.filter(\.isFinal) == [.delivered, .dead, .cancelled])
  }

  @Test func anOutcomeSaysWhatHappened() {
    let failure = DeliveryFailure("refused", status: 550)
    let outcomes: [DeliveryOutcome] = [
      .delivered(status: 204), .retryable(failure), .permanent(failure), .gone(failure),
    ]
    #expect(outcomes.map(\.name) == ["delivered", "retryable", "permanent", "permanent"])
    #expect(outcomes.map(\.status) == [204, 550, 550, 550])
    #expect(outcomes.map(\.failure) == [nil, failure, failure, failure])
  }
}
