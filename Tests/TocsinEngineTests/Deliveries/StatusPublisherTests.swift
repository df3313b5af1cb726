import Testing
import TocsinCore
import TocsinJSON
import TocsinTesting

@testable import TocsinEngine

@Suite struct StatusPublisherTests {
  private let node = DeliveryNode()

  private func published() throws -> [JSON?] {
    try node.journal.script.value.updates.map { update in
      let envelope = try #require(EventEnvelope(decoding: update))
      return try JSON(parsing: [UInt8(ascii: "{")] + envelope.body).object?["notification_status"]
    }
  }

  @Test func aChangeIsPublishedWithTheChannelsOfEveryAlert() async throws {
    let alert = node.alert()
    let change = StatusChange(alertID: alert.alertID, tenant: .standard, status: ["slack": false])
    await node.publisher.publish([change], alerts: [node.alert(2), alert])
    #expect(try published() == [["database": true, "slack": false, "websocket": true]])
  }

  @Test func whatIsNotKnownIsRead() async throws {
    let alert = node.commit()
    await node.publisher.publish([AlertKey(tenant: .standard, id: alert.alertID)])
    #expect(try published() == [["database": true, "websocket": true]])
  }

  @Test func nothingIsAnnouncedForNothing() async {
    await node.publisher.publish([], alerts: [node.alert()])
    await node.publisher.publish([])
    #expect(node.journal.script.value.updates.isEmpty)
  }

  @Test func whatCannotBeReadOrAnnouncedIsLeft() async {
    let alert = node.commit()
    let key = AlertKey(tenant: .standard, id: alert.alertID)
    node.alerts.script.change { $0.isAway = true }
    await node.publisher.publish([key])
    node.alerts.script.change { $0.isAway = false }
    node.journal.script.change { $0.isAway = true }
    await node.publisher.publish([key])
    node.journal.script.change { $0.isAway = false }
    #expect(node.journal.script.value.updates.isEmpty)
    await node.publisher.publish([key])
    #expect(node.journal.script.value.updates.count == 1)
  }
}
