import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct UnannouncedAlertsTests {
  func entry(_ number: UInt64) -> JournalEntry {
    JournalEntry(alertID: AlertID(high: 0x0190_0000_0000_7000, low: number), envelope: [UInt8(number)])
  }

  @Test func whatIsUnderWayIsKnownUntilItsCallerIsAnswered() {
    var alerts = UnannouncedAlerts()
    alerts.begin([entry(1), entry(2)])
    #expect(Set(alerts.entries) == [entry(1), entry(2)])
    #expect(alerts.waitingCount == 0)
    alerts.end([entry(1), entry(2)])
    #expect(alerts.entries.isEmpty)
  }

  @Test func whatCouldNotBeAnnouncedStaysAfterTheAnswer() {
    var alerts = UnannouncedAlerts()
    alerts.begin([entry(1), entry(2), entry(3)])
    alerts.hold([entry(3), entry(1)])
    alerts.leave([entry(2)])
    alerts.end([entry(1), entry(2), entry(3)])
    #expect(alerts.waitingCount == 3)
    #expect(alerts.held(limit: 10) == [entry(1), entry(3)])
    #expect(alerts.left(limit: 10) == [entry(2)])
    alerts.settled([entry(2)])
    #expect(alerts.left(limit: 10) == [])
    alerts.settled([entry(1), entry(3), entry(9)])
    #expect(alerts.waitingCount == 0)
    #expect(alerts.entries.isEmpty)
  }

  @Test func anAlertWaitsOnceHoweverOftenItIsHeld() {
    var alerts = UnannouncedAlerts()
    alerts.hold([entry(1)])
    alerts.hold([entry(1)])
    alerts.begin([entry(1)])
    alerts.end([entry(1)])
    #expect(alerts.waitingCount == 1)
    #expect(alerts.held(limit: 1) == [entry(1)])
  }
}
