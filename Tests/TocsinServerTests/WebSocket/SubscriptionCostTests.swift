import NIOCore
import NIOEmbedded
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// What clients can make a loop do. Work is counted, not timed.
@Suite struct SubscriptionCostTests {
  /// As many campaigns as a client may name, in messages that fit.
  private static func subscribe(_ client: HubClient, _ range: Range<Int>) {
    let names = range.map { "\"c\($0)\"" }.joined(separator: ",")
    client.send("{\"type\":\"subscribe\",\"campaign_ids\":[\(names)]}")
  }

  @Test func `a change of one campaign costs one, however many there are`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    Self.subscribe(client, 0..<4095)
    let before = fixture.hub.indexWork
    #expect(before == 4095)
    for _ in 0..<100 {
      client.send("{\"type\":\"subscribe\",\"campaign_id\":\"x\"}")
      client.send("{\"type\":\"unsubscribe\",\"campaign_id\":\"x\"}")
    }
    #expect(fixture.hub.indexWork - before == 200)
    #expect(client.types().suffix(2) == ["subscribed", "unsubscribed"])
  }

  @Test func `a filter that opens and closes costs no names`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    Self.subscribe(client, 0..<4000)
    let before = fixture.hub.indexWork
    for _ in 0..<100 {
      client.send("{\"type\":\"subscribe\",\"severities\":[\"low\"]}")
      client.send("{\"type\":\"subscribe\",\"updates\":true}")
      client.send("{\"type\":\"unsubscribe\",\"severities\":[\"low\"]}")
      client.send("{\"type\":\"unsubscribe\",\"updates\":true}")
    }
    #expect(fixture.hub.indexWork == before)
  }

  @Test func `clients with the same many campaigns do not make each other's changes dear`() {
    let fixture = HubFixture()
    let clients = (0..<8).map { _ in fixture.connect() }
    for client in clients { Self.subscribe(client, 0..<1000) }
    let before = fixture.hub.indexWork
    for _ in 0..<10 {
      for client in clients {
        client.send("{\"type\":\"subscribe\",\"campaign_id\":\"x\"}")
        client.send("{\"type\":\"unsubscribe\",\"campaign_id\":\"x\"}")
      }
    }
    #expect(fixture.hub.indexWork - before == 160)
    for client in clients { _ = client.received() }
    fixture.deliver([logged(1, campaign: "c7"), logged(2, campaign: "x"), logged(3, campaign: "c999")])
    for client in clients { #expect(client.numbers() == [1, 3]) }
  }

  @Test func `who shares an audience stays cheap`() {
    let fixture = HubFixture()
    let clients = (0..<2).map { _ in fixture.connect() }
    for client in clients { Self.subscribe(client, 0..<Audience.sharedCampaigns) }
    let before = fixture.hub.indexWork
    for _ in 0..<10 {
      clients[0].send("{\"type\":\"subscribe\",\"updates\":true}")
      clients[0].send("{\"type\":\"unsubscribe\",\"updates\":true}")
    }
    #expect(fixture.hub.indexWork - before <= 20 * Audience.sharedCampaigns)
  }

  @Test func `every client gets what it asked for while it grows and shrinks`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    let other = fixture.connect("/ws/alerts?campaign_id=c1")
    var number = 0
    func expect(_ campaigns: [String], _ wanted: [String]) {
      _ = client.received()
      _ = other.received()
      let events = campaigns.map { campaign in
        number += 1
        return (campaign, number)
      }
      fixture.deliver(events.map { logged($0.1, campaign: $0.0) })
      #expect(client.numbers() == events.filter { wanted.contains($0.0) }.map(\.1))
      #expect(other.numbers() == events.filter { $0.0 == "c1" }.map(\.1))
    }
    expect(["c1", "zz"], ["c1", "zz"])
    Self.subscribe(client, 0..<50)
    expect(["c1", "zz", "c49"], ["c1", "c49"])
    Self.subscribe(client, 50..<200)
    expect(["c1", "zz", "c199"], ["c1", "c199"])
    client.send("{\"type\":\"subscribe\",\"severities\":[\"high\"]}")
    expect(["c1", "zz"], ["c1", "zz"])
    client.send("{\"type\":\"unsubscribe\",\"severities\":[\"high\"]}")
    let names = (20..<200).map { "\"c\($0)\"" }.joined(separator: ",")
    client.send("{\"type\":\"unsubscribe\",\"campaign_ids\":[\(names)]}")
    expect(["c1", "zz", "c19", "c20", "c199"], ["c1", "c19"])
    client.send("{\"type\":\"unsubscribe\"}")
    expect(["c1", "zz"], [])
    Self.subscribe(client, 0..<100)
    expect(["c1", "c99", "c100"], ["c1", "c99"])
    client.channel.close(promise: nil)
    fixture.deliver([logged(number + 1, campaign: "c99")])
    #expect(fixture.clients == 1)
  }

  @Test func `the bytes of names are limited; the answer says what to do`() throws {
    let fixture = HubFixture()
    let client = fixture.connect()
    let pad = String(repeating: "n", count: 230)
    func names(_ range: Range<Int>) -> String { range.map { "\"\(pad)\($0)\"" }.joined(separator: ",") }
    client.send("{\"type\":\"subscribe\",\"campaign_ids\":[\(names(1000..<1240))]}")
    _ = client.received()
    client.send("{\"type\":\"subscribe\",\"campaign_ids\":[\(names(2000..<2200))]}")
    let refusal = try #require(client.received().last)
    #expect(refusal.type == "error")
    #expect(refusal.json["code"] == "too_many_subscriptions")
    #expect(refusal.json["message"]?.string?.contains("65536 bytes in all; unsubscribe from some") == true)
    fixture.deliver([logged(1, campaign: "\(pad)1000"), logged(2, campaign: "\(pad)2000")])
    #expect(client.numbers() == [1])
  }

  @Test func `a large message costs more than a small one`() {
    var budget = MessageBudget(now: .uptimeNanoseconds(0))
    for _ in 0..<4 { budget.spend(MessageBudget.cost(ofFrame: 64 * 1024), now: .uptimeNanoseconds(0)) }
    #expect(budget.pause(now: .uptimeNanoseconds(0)) != nil)
    #expect(MessageBudget.cost(ofFrame: 100) == 1)
  }

  @Test func `the record of a client that changes much keeps no more than a few copies`() {
    var record = SentRecord(from: place(0))
    for number in 1...50 {
      var subscriptions = Subscriptions()
      let names = Set((0..<1000).map { "campaign-\(number)-\($0)" })
      #expect(subscriptions.subscribe(EventFilter(campaignIDs: names)) == .done)
      record.split(at: place(number), subscriptions: subscriptions)
    }
    #expect((1...4).contains(record.count))
    #expect(record.contains(place(50)) { _ in true })
  }

  @Test func `resuming again and again leaves one span`() {
    var record = SentRecord(from: place(0))
    var subscriptions = Subscriptions()
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["a"]))
    for number in 1...50 { record.split(at: place(number), subscriptions: subscriptions) }
    #expect(record.count == 1)
    #expect(record.firstGap(after: place(0), subscriptions: subscriptions) == place(50))
  }

  @Test func `a client that takes nothing is closed, however little waits for it`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.isWritable = false
    fixture.loop.advanceTime(by: .seconds(28))
    client.send(bytes: ClientFrame.bytes(0xA, []))
    #expect(client.received().allSatisfy { $0.opcode == 0x9 })
    fixture.loop.advanceTime(by: .seconds(4))
    #expect(client.received().last?.closeCode == 3008)
  }
}
