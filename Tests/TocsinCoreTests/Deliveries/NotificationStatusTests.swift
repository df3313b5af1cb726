import Testing
import TocsinCore
import TocsinJSON

@Suite struct NotificationStatusTests {
  @Test(
    arguments: [
      ([], nil), ([.cancelled], nil), ([.delivered], true), ([.dead], false), ([.pending], nil), ([.sending], nil),
      ([.retrying], nil), ([.delivered, .delivered, .cancelled], true), ([.delivered, .dead], false),
      ([.dead, .delivered], false), ([.dead, .retrying], nil), ([.delivered, .pending, .dead], nil),
      ([.sending, .delivered], nil), ([.cancelled, .dead], false),
    ] as [([DeliveryState], Bool?)])
  func aChannelSaysWhatItsDeliveriesSay(_ states: [DeliveryState], _ expected: Bool?) {
    for states in [states, states.reversed()] {
      var channels = NotificationStatus.Tally()
      for state in states { channels.add(state, on: .slack) }
      #expect(channels.status["slack"] == expected)
    }
  }

  @Test func channelsDoNotMixUp() {
    var channels = NotificationStatus.Tally()
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

@Suite struct NotificationStatusValueTests {
  @Test func anAlertIsStoredAndPushedOnItsOwn() {
    #expect(NotificationStatus.none.isEmpty && !NotificationStatus.none.isStored)
    #expect(NotificationStatus.stored == ["database": true] && NotificationStatus.stored.isStored)
    #expect(NotificationStatus.pushed == ["websocket": true] && !NotificationStatus.pushed.isStored)
    #expect(NotificationStatus.announced == NotificationStatus.stored.adding(.pushed))
  }

  @Test func whatIsAddedCounts() {
    let status: NotificationStatus = ["slack": false, "email": true]
    #expect(status.adding(["slack": true]) == ["slack": true, "email": true])
    #expect(status.adding(.none) == status && NotificationStatus.none.adding(status) == status)
  }

  @Test func theWireFormIsAnObjectInAlphabeticalOrder() {
    let status: NotificationStatus = ["slack": false, "database": true, "email": true]
    #expect(JSON.object(status.json).text == #"{"database":true,"email":true,"slack":false}"#)
    #expect(status.channels.map(\.name) == ["database", "email", "slack"])
    #expect(NotificationStatus(reading: status.json) == status)
    #expect(NotificationStatus(reading: ["slack": "yes", "email": true]) == ["email": true])
  }
}
