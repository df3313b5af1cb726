import NIOCore
import NIOEmbedded
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

@Suite struct LiveStreamTests {
  @Test func `connected comes at once and says where the stream goes on`() throws {
    let fixture = HubFixture()
    fixture.deliver([logged(1), logged(2)])
    let client = fixture.connect()
    let connected = try #require(client.received().first)
    #expect(connected.type == "connected")
    #expect(connected.json["last_event_id"] == "e.2-0")
    #expect(connected.json["client_id"] == .string("\(sampleAlert)"))
    #expect(connected.json["timestamp"] == "2026-01-01T00:00:00.000Z")
    #expect(connected.json["message"]?.string?.isEmpty == false)
    fixture.deliver([logged(3)])
    let event = try #require(client.received().first)
    #expect(event.type == "alert")
    #expect(event.json["event_id"] == "e.3-0")
    #expect(fixture.clients == 1)
  }

  @Test func `a node that does not know the log yet sends clients away`() {
    let fixture = HubFixture(startsAt: nil)
    let client = fixture.connect()
    #expect(client.received().map(\.closeCode) == [1013])
  }

  @Test func `who is behind by several events gets them in one write`() throws {
    let fixture = HubFixture()
    let clients = [fixture.connect(), fixture.connect()]
    for client in clients { _ = client.received() }
    fixture.deliver((1...100).map { logged($0) })
    var writes: [ByteBuffer] = []
    for client in clients {
      writes.append(try #require(try client.channel.readOutbound(as: ByteBuffer.self)))
      #expect(try client.channel.readOutbound(as: ByteBuffer.self) == nil)
    }
    #expect(writes[0] == writes[1])
    #expect(fixture.value(of: "tocsin_websocket_events_sent_total") == "200")
  }

  @Test func `every client of many gets every event, in order`() {
    let fixture = HubFixture()
    let clients = (0..<300).map { _ in fixture.connect() }
    for client in clients { _ = client.received() }
    fixture.hub.append([EncodedEvent(logged(1)), EncodedEvent(logged(2))])
    fixture.loop.advanceTime(by: .microseconds(60))
    clients[3].channel.close(promise: nil)
    clients[150].channel.close(promise: nil)
    fixture.settle()
    for (index, client) in clients.enumerated() where index != 3 && index != 150 {
      #expect(client.numbers() == [1, 2])
    }
    fixture.deliver([logged(3)])
    #expect(clients[299].numbers() == [3])
    #expect(fixture.clients == 298)
  }

  @Test func `subscriptions add up, end, and say what they are`() throws {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.send("{\"type\":\"subscribe\",\"campaign_id\":\"a\"}")
    let answer = try #require(client.received().first)
    #expect(answer.type == "subscribed")
    #expect(answer.json["campaign_id"] == "a")
    #expect(answer.json["message"]?.string == "subscribed to campaign a")
    fixture.deliver([logged(1, campaign: "a"), logged(2, campaign: "b"), logged(3, campaign: "a", kind: .resolved)])
    #expect(client.numbers() == [1, 3])
    client.send("{\"type\":\"subscribe\",\"severities\":[\"critical\"]}")
    fixture.deliver([logged(4, campaign: "b"), logged(5, campaign: "b", severity: .critical), logged(6, campaign: "a")])
    #expect(client.numbers() == [5, 6])
    client.send("{\"type\":\"unsubscribe\",\"campaign_id\":\"a\"}")
    #expect(client.types() == ["unsubscribed"])
    fixture.deliver([logged(7, campaign: "a"), logged(8, campaign: "b", severity: .critical)])
    #expect(client.numbers() == [8])
    client.send("{\"type\":\"unsubscribe\",\"severities\":[\"critical\"]}")
    fixture.deliver([logged(9, campaign: "a", severity: .critical)])
    #expect(client.numbers() == [])
    client.send("{\"type\":\"unsubscribe\",\"campaign_id\":\"never\"}")
    #expect(client.received().last?.json["code"] == "not_subscribed")
  }

  @Test func `updates come to those who asked for them`() {
    let fixture = HubFixture()
    let plain = fixture.connect()
    let asking = fixture.connect()
    asking.send("{\"type\":\"subscribe\",\"updates\":true}")
    let filtered = fixture.connect("/ws/alerts?campaign_id=a&updates=true")
    for client in [plain, asking, filtered] { _ = client.received() }
    fixture.deliver([logged(1, kind: .updated), logged(2), logged(3, campaign: "a", kind: .updated)])
    #expect(plain.numbers() == [2])
    #expect(asking.numbers() == [1, 2, 3])
    #expect(filtered.numbers() == [3])
    asking.send("{\"type\":\"unsubscribe\",\"updates\":true}")
    _ = asking.received()
    fixture.deliver([logged(4, kind: .updated), logged(5)])
    #expect(asking.numbers() == [5])
  }

  @Test func `the address subscribes; a fault in it is told after connected`() {
    let fixture = HubFixture()
    let client = fixture.connect("/ws/alerts?campaign_id=a&severities=high")
    #expect(client.types() == ["connected"])
    let wrong = fixture.connect("/ws/alerts?severities=worst")
    #expect(wrong.types() == ["connected", "error"])
    fixture.deliver([
      logged(1, campaign: "a"), logged(2, campaign: "b"), logged(3, campaign: "a", severity: .low),
    ])
    #expect(client.numbers() == [1])
    #expect(wrong.numbers() == [1, 2, 3])
  }

  @Test func `events of another tenant and of unknown versions are for nobody`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    var foreign = logged(1)
    foreign.envelope?.tenant = Tenant(rawValue: "other")
    fixture.deliver([foreign, LoggedEvent(id: place(2), envelope: nil), logged(3)])
    #expect(client.numbers() == [3])
    #expect(fixture.connect().received().first?.json["last_event_id"] == "e.3-0")
  }

  @Test func `a new epoch is told to everyone, in its place`() {
    let fixture = HubFixture()
    let everything = fixture.connect()
    let nothing = fixture.connect("/ws/alerts?campaign_id=quiet")
    _ = everything.received()
    _ = nothing.received()
    fixture.deliver([logged(1)])
    fixture.resync("the event log began anew", at: place(0, epoch: "f"))
    fixture.deliver([logged(1, epoch: "f")])
    #expect(everything.types() == ["alert", "resync", "alert"])
    let told = nothing.received()
    #expect(told.map(\.type) == ["resync"])
    #expect(told.first?.json["reason"] == "the event log began anew")
    #expect(told.first?.json["last_event_id"] == "f.0-0")
    #expect(fixture.connect().received().first?.json["last_event_id"] == "f.1-0")
  }

  @Test func `acknowledge and resolve are answered`() throws {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.send("{\"type\":\"acknowledge\",\"alert_id\":\"\(sampleAlert)\",\"user_id\":\"ann\"}")
    client.send("{\"type\":\"resolve\",\"alert_id\":\"\(sampleAlert)\"}")
    #expect(client.received() == [])
    let first = try #require(fixture.backend.takeApplication())
    #expect(first.action == .acknowledge)
    #expect(first.id == sampleAlert)
    #expect(first.user == "ann")
    var alert = Alert(
      alertID: sampleAlert, ruleID: "r", alertType: .roasDrop, severity: .high, title: "", message: "",
      entity: Entity(campaignID: "c"), campaignName: "c", metricName: "roas", metricValue: 1, thresholdValue: 2,
      details: [:])
    alert.acknowledgement = Alert.Mark(at: Timestamp(milliseconds: 0), by: "ann")
    first.answer(.success(AlertActionOutcome(alert: alert, changed: true)))
    fixture.settle()
    let answer = try #require(client.received().first)
    #expect(answer.type == "acknowledged")
    #expect(answer.json["alert_id"] == .string("\(sampleAlert)"))
    #expect(answer.json["user_id"] == "ann")
    #expect(answer.json["changed"] == true)
    fixture.backend.takeApplication()?.answer(
      .failure(EngineError(.unavailable, "postgresql is not reachable", retryAfterSeconds: 1)))
    fixture.settle()
    let refusal = try #require(client.received().first)
    #expect(refusal.type == "error")
    #expect(refusal.json["code"] == "unavailable")
    #expect(refusal.json["retry_after"] == 1)
  }

  @Test func `an answer for a client that is gone is dropped`() throws {
    let fixture = HubFixture()
    let client = fixture.connect()
    client.send("{\"type\":\"resolve\",\"alert_id\":\"\(sampleAlert)\"}")
    client.channel.close(promise: nil)
    fixture.settle()
    try #require(fixture.backend.takeApplication()).answer(.failure(EngineError(.notFound, "there is no such alert")))
    fixture.settle()
    #expect(fixture.clients == 0)
  }
}
