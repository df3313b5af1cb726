import NIOCore
import NIOEmbedded
import Testing

@testable import TocsinServer

/// Counts what reaches the socket.
private final class WriteCounter: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private(set) var writes = 0
  private(set) var flushes = 0

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    writes += 1
    context.write(data, promise: promise)
  }

  func flush(context: ChannelHandlerContext) {
    flushes += 1
    context.flush()
  }
}

/// One read of a socket may hold thousands of frames.
@Suite struct PingFloodTests {
  private static let ping = "{\"type\":\"ping\"}"

  private func connect(_ fixture: HubFixture) throws -> (HubClient, WriteCounter) {
    let client = fixture.connect()
    _ = client.received()
    let counter = WriteCounter()
    try client.channel.pipeline.syncOperations.addHandler(counter, position: .first)
    return (client, counter)
  }

  @Test func `of the pings of one read the newest is answered`() throws {
    let (client, counter) = try connect(HubFixture())
    client.send(bytes: (0..<1000).flatMap { ClientFrame.bytes(0x9, [UInt8($0 & 0xff)]) })
    #expect(client.received() == [ServerFrames.Frame(opcode: 0xA, payload: [UInt8(999 & 0xff)])])
    #expect(counter.writes == 1)
    #expect(counter.flushes == 1)
    client.send(bytes: ClientFrame.bytes(0x9, [7]))
    #expect(client.received() == [ServerFrames.Frame(opcode: 0xA, payload: [7])])
  }

  @Test func `messages of one read are answered in their order with one flush`() throws {
    let (client, counter) = try connect(HubFixture())
    let messages = [Self.ping, "{", "{\"type\":\"subscribe\",\"campaign_id\":\"c\"}", Self.ping]
    client.send(bytes: (0..<100).flatMap { ClientFrame.bytes(messages[$0 % 4]) })
    #expect(client.types() == (0..<100).map { ["pong", "error", "subscribed", "pong"][$0 % 4] })
    #expect(counter.flushes <= 1 + 25)
    #expect(counter.writes <= 100)
    let before = counter.flushes
    client.send(bytes: (0..<300).flatMap { _ in ClientFrame.bytes(Self.ping) })
    #expect(client.types().count == 300)
    #expect(counter.flushes == before + 1)
  }

  @Test func `a ping before the close of the same read is answered before it`() throws {
    let (client, _) = try connect(HubFixture())
    client.send(bytes: ClientFrame.bytes(0x9, [1]) + ClientFrame.bytes(0x9, [2]) + ClientFrame.bytes(0x8, [3, 232]))
    let frames = client.received()
    #expect(frames.map(\.opcode) == [0xA, 0x8])
    #expect(frames.first?.payload == [2])
  }

  /// What a decoder passes on when it leaves has no end.
  @Test func `a frame that no end of a read follows is answered at the next tick`() throws {
    let fixture = HubFixture()
    let (client, _) = try connect(fixture)
    client.channel.pipeline.syncOperations.fireChannelRead(NIOAny(ByteBuffer(bytes: ClientFrame.bytes(0x9, [5]))))
    fixture.loop.advanceTime(by: .seconds(5))
    #expect(client.received().first == ServerFrames.Frame(opcode: 0xA, payload: [5]))
  }
}
