import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// Server-sent events, on the same hub as the WebSocket.
@Suite struct EventStreamTests {
  @Test func connectedComesFirstAndNamesThePlace() throws {
    let fixture = HubFixture()
    fixture.deliver([logged(1)])
    let client = EventClient(fixture)
    let events = client.received()
    #expect(events.map(\.type) == ["connected"])
    #expect(events.first?.id == "\(place(1))")
    #expect(events.first?.json["last_event_id"] == .string("\(place(1))"))
    #expect(client.retry.map { 1000..<3000 ~= $0 } == true)
  }

  @Test func anEventIsTheWebSocketsMessageOnOneLine() throws {
    let fixture = HubFixture()
    let events = EventClient(fixture)
    let socket = fixture.connect()
    _ = (events.received(), socket.received())
    fixture.deliver([logged(1), logged(2, kind: .acknowledged), logged(3, kind: .resolved)])
    let (sent, frames) = (events.received(), socket.received())
    #expect(sent.map(\.type) == ["alert", "alert_acknowledged", "alert_resolved"])
    #expect(sent.map(\.id) == (1...3).map { "\(place($0))" })
    #expect(sent.map(\.json) == frames.map(\.json))
  }

  @Test func theAddressFilters() {
    let fixture = HubFixture()
    let client = EventClient(fixture, "/api/alerts/stream?campaign_id=a&severities=critical&updates=true")
    _ = client.received()
    fixture.deliver([
      logged(1, campaign: "a", severity: .critical), logged(2, campaign: "b", severity: .critical),
      logged(3, campaign: "a", severity: .low), logged(4, campaign: "a", severity: .critical, kind: .updated),
    ])
    #expect(client.numbers() == [1, 4])
  }

  @Test func itResumesByHeaderRatherThanByAddress() {
    let fixture = HubFixture()
    fixture.deliver((1...5).map { logged($0) })
    let client = EventClient(fixture, "/api/alerts/stream?last_event_id=\(place(1))", lastEventID: "\(place(3))")
    let events = client.received()
    #expect(events.map(\.type) == ["connected", "alert", "alert", "resumed"])
    #expect(events.map(\.id) == [3, 4, 5, 5].map { "\(place($0))" })
    #expect(events.last?.json["recovered"] == true)
    fixture.deliver([logged(6)])
    #expect(client.numbers() == [6])
  }

  @Test func whatIsNoLongerKeptIsAResync() {
    let fixture = HubFixture()
    fixture.deliver([logged(1)])
    let client = EventClient(fixture, lastEventID: "elsewhere.1-0")
    let events = client.received()
    #expect(events.map(\.type) == ["connected", "resync", "resumed"])
    #expect(events.map(\.id) == Array(repeating: "\(place(1))", count: 3))
    #expect(events.last?.json["recovered"] == false)
  }

  @Test func aNewEpochIsAResyncForEveryone() {
    let fixture = HubFixture()
    let client = EventClient(fixture)
    _ = client.received()
    fixture.resync("redis was empty", at: place(0, epoch: "f"))
    fixture.deliver([logged(1, epoch: "f")])
    #expect(client.received().map(\.type) == ["resync", "alert"])
  }

  @Test func silenceIsFilledWithComments() {
    let fixture = HubFixture()
    let client = EventClient(fixture)
    _ = client.received()
    fixture.loop.advanceTime(by: .seconds(80))
    #expect(client.received().isEmpty)
    #expect(client.comments == 3)
  }

  @Test func oneThatDoesNotReadIsToldToComeBack() {
    let fixture = HubFixture { $0.lagLimit = 1000 }
    let client = EventClient(fixture)
    let reader = EventClient(fixture)
    _ = (client.received(), reader.received())
    client.isWritable = false
    for number in 1...100 { fixture.deliver([logged(number, size: 100)]) }
    fixture.loop.advanceTime(by: .seconds(3))
    #expect(reader.numbers() == Array(1...100))
    #expect(client.received().last?.type == "reconnect")
    #expect(!client.channel.isActive)
    #expect(fixture.value(of: #"tocsin_sse_closed_total{reason="too_slow"}"#) == "1")
  }

  @Test func aNodeThatStopsSendsItsClientsElsewhere() throws {
    let fixture = HubFixture()
    let client = EventClient(fixture)
    _ = client.received()
    let gone = fixture.hub.drain(over: .zero)
    fixture.settle()
    try gone.wait()
    let last = client.received().last
    #expect(last?.type == "reconnect")
    #expect(last?.id == nil, "the place stays that of the last event")
    #expect(last?.json["reason"] == "draining")
    #expect(fixture.clients == 0)
  }

  @Test func whoSendsMoreThanARequestIsCutOff() {
    let fixture = HubFixture()
    let client = EventClient(fixture)
    _ = client.received()
    for _ in 1...16 { client.send(bytes: Array(repeating: 65, count: 1000)) }
    #expect(client.channel.isActive)
    client.send(bytes: [65])
    #expect(!client.channel.isActive)
    #expect(client.received().isEmpty)
  }

  @Test func oneThatGoesIsForgotten() throws {
    let fixture = HubFixture()
    let client = EventClient(fixture)
    #expect(fixture.clients == 1)
    client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    fixture.settle()
    #expect(fixture.clients == 0)
    fixture.deliver([logged(1)])
  }

  /// Every way to cut a history in two connections: nothing is missing, nothing is there twice, the order stays.
  @Test func anyBreakIsResumedWithoutAGap() {
    let fixture = HubFixture { $0.pageSize = 3 }
    for cut in 0...6 {
      let first = EventClient(fixture)
      let start = cut * 20
      fixture.deliver((1...cut + 1).map { logged(start + $0) })
      let seen = first.received()
      _ = try? first.channel.close().wait()
      fixture.deliver((cut + 2...9).map { logged(start + $0) })
      let second = EventClient(fixture, lastEventID: seen.last?.id)
      let numbers = (seen + second.received()).compactMap(\.number)
      #expect(numbers == (1...9).map { start + $0 })
      _ = try? second.channel.close().wait()
    }
  }
}
