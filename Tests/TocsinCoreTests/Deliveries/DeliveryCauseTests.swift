import Testing
import TocsinCore

@Suite struct DeliveryCauseTests {
  @Test func theTextsOfEarlierReleasesStayWhatTheyAre() {
    let texts = ["fired", "fallback", "acknowledged", "resolved"]
    #expect(DeliveryCause.Kind.allCases.map { DeliveryCause($0).rawValue } == texts)
    #expect(texts.map { DeliveryCause(rawValue: $0) } == [.fired, .fallback, .acknowledged, .resolved])
    #expect([DeliveryCause.fired, .resolved].map(\.step) == [0, 0])
  }

  @Test func aStepStandsBehindTheKind() {
    let second = DeliveryCause(.fired, step: 2)
    #expect(second.rawValue == "fired:2" && second.description == "fired:2")
    #expect(DeliveryCause(rawValue: "fired:2") == second && second != .fired)
    #expect(second.sequence == DeliveryCause.fired.sequence && second.tellsOfFiring)
    #expect(DeliveryCause(rawValue: "fallback:9999") == DeliveryCause(.fallback, step: DeliveryCause.highestStep))
  }

  @Test(arguments: [
    "", ":", "fired:", "fired:0", "fired:-1", "fired:+1", "fired:02", "fired: 2", "fired:10000", "fired:1:2", "Fired",
    "escalated", "escalated:1", ":1", "fired:99999999999999999999",
  ])
  func everythingElseIsForeign(_ text: String) {
    #expect(DeliveryCause(rawValue: text) == nil)
  }

  @Test func eachStepIsADeliveryOfItsOwn() {
    let target = TargetName(receiver: "ops", target: "slack-1")
    let causes = [DeliveryCause.fired, DeliveryCause(.fired, step: 1), DeliveryCause(.fired, step: 2)]
    #expect(Set(causes.map { DeliveryID(alert: sampleAlertID, cause: $0, target: target) }).count == 3)
  }
}
