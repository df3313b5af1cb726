import NIOCore
import NIOEmbedded
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct ConnectionEndTests {
  @Test func `pings are answered, both kinds`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.send(bytes: ClientFrame.bytes(0x9, [1, 2]))
    #expect(client.received() == [ServerFrames.Frame(opcode: 0xA, payload: [1, 2])])
    client.send("{\"type\":\"ping\"}")
    #expect(client.types() == ["pong"])
  }

  @Test(arguments: [
    (ClientFrame.bytes(0x2, [1]), 1003), (ClientFrame.bytes(0x1, [0xff]), 1007), ([0x81, 1, 0x61], 1002),
    ([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4], 1009), (ClientFrame.bytes(0x0, [1]), 1002),
    (ClientFrame.bytes(0x9, Array(repeating: 0, count: 126)), 1002),
  ])
  func `violations end the connection with their code`(bytes: [UInt8], code: Int) {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.send(bytes: bytes)
    #expect(client.received().map(\.closeCode) == [code])
    fixture.deliver([logged(1)])
    #expect(client.received() == [])
    fixture.loop.advanceTime(by: .seconds(4))
    #expect(!client.channel.isActive)
    #expect(fixture.clients == 0)
  }

  @Test func `a fault in a message does not end the connection`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    for text in ["{", "[]", "{\"type\":\"dance\"}", "{\"type\":\"subscribe\",\"campaign_id\":1}"] { client.send(text) }
    let answers = client.received()
    #expect(answers.map(\.type) == ["error", "error", "error", "error"])
    #expect(
      answers.map { $0.json["code"]?.string } == ["invalid_json", "invalid_json", "unknown_type", "invalid_field"])
    fixture.deliver([logged(1)])
    #expect(client.numbers() == [1])
  }

  @Test func `a message split over reads at every byte arrives`() {
    let bytes = ClientFrame.bytes("{\"type\":\"ping\"}")
    for split in 0...bytes.count {
      let fixture = HubFixture()
      let client = fixture.connect()
      _ = client.received()
      client.send(bytes: Array(bytes[..<split]))
      client.send(bytes: Array(bytes[split...]))
      #expect(client.types() == ["pong"])
    }
  }

  @Test func `the client's close is confirmed and the socket closed`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    client.send(bytes: ClientFrame.bytes(0x8, [0x03, 0xE8]))
    #expect(client.received().map(\.closeCode) == [1000])
    #expect(!client.channel.isActive)
    #expect(fixture.value(of: "tocsin_websocket_closed_total{reason=\"client_closed\"}") == "1")
  }

  @Test func `a client that half-closes is gone`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(!client.channel.isActive)
    #expect(fixture.clients == 0)
  }

  @Test func `silence is asked about, then ends the connection`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    fixture.loop.advanceTime(by: .seconds(27))
    #expect(client.received().map(\.opcode).first == 0x9)
    client.send(bytes: ClientFrame.bytes(0xA, []))
    fixture.loop.advanceTime(by: .seconds(58))
    #expect(client.channel.isActive)
    #expect(client.received().allSatisfy { $0.opcode == 0x9 })
    fixture.loop.advanceTime(by: .seconds(5))
    #expect(client.received().last?.closeCode == 3008)
    fixture.loop.advanceTime(by: .seconds(6))
    #expect(!client.channel.isActive)
    #expect(fixture.value(of: "tocsin_websocket_closed_total{reason=\"silent\"}") == "1")
  }

  @Test func `who reads slowly is left alone until the lag is too long`() {
    let fixture = HubFixture { $0.lagLimit = 10_000 }
    let client = fixture.connect()
    let other = fixture.connect()
    _ = client.received()
    client.isWritable = false
    fixture.deliver([logged(1), logged(2)])
    #expect(client.received() == [])
    #expect(other.numbers() == [1, 2])
    client.isWritable = true
    #expect(client.numbers() == [1, 2])

    client.isWritable = false
    fixture.deliver((3...22).map { logged($0, size: 600) })
    fixture.loop.advanceTime(by: .milliseconds(500))
    #expect(client.received() == [])
    client.isWritable = true
    #expect(client.numbers() == Array(3...22))

    client.isWritable = false
    fixture.deliver((23...42).map { logged($0, size: 600) })
    fixture.loop.advanceTime(by: .seconds(3))
    #expect(client.received().map(\.closeCode) == [3008])
    #expect(other.numbers() == Array(3...42))
  }

  @Test func `past four times the limit nobody waits`() {
    let fixture = HubFixture { $0.lagLimit = 1000 }
    let client = fixture.connect()
    _ = client.received()
    client.isWritable = false
    fixture.deliver((1...10).map { logged($0, size: 600) })
    fixture.deliver([logged(11)])
    #expect(client.received().map(\.closeCode) == [3008])
  }

  @Test func `a flood is slowed down, nothing of it is lost`() {
    let fixture = HubFixture()
    let client = fixture.connect()
    _ = client.received()
    for _ in 0..<3 {
      client.send(bytes: Array((0..<500).map { _ in ClientFrame.bytes("{\"type\":\"ping\"}") }.joined()))
    }
    #expect(client.types().count == 1500)
    client.send("{\"type\":\"ping\"}")
    fixture.loop.advanceTime(by: .seconds(5))
    client.send("{\"type\":\"ping\"}")
    #expect(client.types().suffix(1) == ["pong"])
  }

  @Test func `draining spreads over its time and leaves nobody`() throws {
    let fixture = HubFixture()
    let clients = (0..<40).map { _ in fixture.connect() }
    for client in clients { _ = client.received() }
    let isDone = Flag()
    fixture.hub.drain(over: .seconds(20)).whenSuccess { isDone.set() }
    #expect(fixture.connect().received().map(\.closeCode) == [1012])
    fixture.loop.advanceTime(by: .seconds(10))
    let early = clients.filter { $0.received().contains { $0.closeCode == 1012 } }
    #expect((15...25).contains(early.count))
    fixture.loop.advanceTime(by: .seconds(10))
    #expect(!isDone.isSet)
    fixture.loop.advanceTime(by: .seconds(4))
    #expect(isDone.isSet)
    #expect(fixture.clients == 0)
  }

  @Test func `draining without clients is done at once`() {
    let fixture = HubFixture()
    let isDone = Flag()
    fixture.hub.drain(over: .seconds(20)).whenSuccess { isDone.set() }
    #expect(isDone.isSet)
  }
}
