import Fuzzing
import Testing
import TocsinCore

@Suite struct DeliveryIDTests {
  private let target = TargetName(receiver: "ops", target: "slack-1")

  @Test func theSameDeliveryHasTheSameIDEverywhere() {
    // Other releases must make the same: a changed value sends everything twice.
    let id = DeliveryID(alert: sampleAlertID, cause: .fired, target: target)
    #expect(id == PlannedDelivery(alertID: sampleAlertID, cause: .fired, target: target, channel: .slack).id)
    #expect(id == PlannedDelivery(alertID: sampleAlertID, cause: .fired, target: target, channel: .email).id)
    #expect(id.description == "0195d0c4-8f00-8da5-9417-8c918bd07fca")
  }

  @Test func anotherAlertCauseOrTargetIsAnotherDelivery() {
    var generator = SeededGenerator(seed: 1)
    let other = AlertID(at: sampleAlertID.timestamp, using: &generator)
    var ids: Set<DeliveryID> = []
    for alert in [sampleAlertID, other] {
      for cause in DeliveryCause.Kind.allCases.map({ DeliveryCause($0) }) {
        // Texts that run into each other unless their ends are marked.
        for (receiver, name) in [("ops", "ab"), ("opsa", "b"), ("ops", "a"), ("", "opsab"), ("opsab", "")] {
          ids.insert(DeliveryID(alert: alert, cause: cause, target: TargetName(receiver: receiver, target: name)))
        }
      }
    }
    #expect(ids.count == 2 * 4 * 5)
  }

  @Test func itIsAUUIDOfVersion8ThatBeginsWithItsAlertsTime() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<100 {
      let alert = AlertID(at: Timestamp(milliseconds: 1_790_000_000_123), using: &generator)
      let id = DeliveryID(alert: alert, cause: .resolved, target: target)
      #expect(id.timestamp == alert.timestamp)
      #expect(id.high >> 12 & 0xf == 8 && id.low >> 62 == 0b10)
    }
  }

  @Test func textGoesBothWays() {
    let id = DeliveryID(alert: sampleAlertID, cause: .fired, target: target)
    #expect(DeliveryID(id.description) == id)
    #expect(DeliveryID(id.description.uppercased()) == id)
    #expect(DeliveryID("0195d0c4") == nil)
  }

  @Test func orderIsThatOfTheBytes() {
    let low = DeliveryID(high: 1, low: .max)
    #expect(low < DeliveryID(high: 2, low: 0))
    #expect(DeliveryID(high: 1, low: 1) < low)
    #expect(!(low < low))
  }
}

@Suite struct TargetNameTests {
  @Test func aTargetIsNamedByItsAddressWithoutShowingIt() {
    let url = "https://hooks.example/services/T0/B0/secret"
    let name = TargetName(receiver: "ops", channel: .slack, address: url)
    #expect(name == TargetName(receiver: "ops", channel: .slack, address: url))
    #expect(name.target.hasPrefix("slack-") && name.target.count == "slack-".count + 8)
    #expect(name != TargetName(receiver: "ops", channel: .slack, address: url + "2"))
    #expect(name.description == "ops/\(name.target)")
  }

  @Test func theyAreOrderedByReceiverThenTarget() {
    let names = [("a", "b"), ("a", "c"), ("b", "a")].map { TargetName(receiver: $0.0, target: $0.1) }
    #expect(names.reversed().sorted() == names)
  }
}
