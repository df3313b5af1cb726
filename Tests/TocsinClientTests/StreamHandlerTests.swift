import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import TocsinClient

@Suite struct StreamHandlerTests {
  private let channel = EmbeddedChannel()
  private let frames: AsyncStream<StreamFrame>

  init() throws {
    let (frames, continuation) = AsyncStream.makeStream(of: StreamFrame.self)
    self.frames = frames
    try channel.pipeline.syncOperations.addHandler(
      StreamHandler(frames: continuation, pingInterval: .seconds(20)))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func opcode() throws -> WebSocketOpcode? {
    try channel.readOutbound(as: WebSocketFrame.self)?.opcode
  }

  @Test func aServerThatShowsNoSignOfLifeIsLeft() async throws {
    channel.embeddedEventLoop.advanceTime(by: .seconds(20))
    #expect(try opcode() == .ping)
    try channel.writeInbound(WebSocketFrame(fin: true, opcode: .pong, data: ByteBuffer()))
    channel.embeddedEventLoop.advanceTime(by: .seconds(20))
    #expect(try opcode() == .ping)
    channel.embeddedEventLoop.advanceTime(by: .seconds(20))
    #expect(try opcode() == .ping)
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .seconds(20))
    #expect(!channel.isActive)
    var iterator = frames.makeAsyncIterator()
    #expect(await iterator.next() == .closed("the server shows no sign of life"))
    #expect(await iterator.next() == nil)
  }

  @Test func aPingIsAnsweredMaskedWithItsData() throws {
    try channel.writeInbound(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "x")))
    let pong = try #require(try channel.readOutbound(as: WebSocketFrame.self))
    #expect(pong.opcode == .pong)
    #expect(pong.maskKey != nil)
    #expect(pong.data == ByteBuffer(string: "x"))
    _ = try channel.finish()
  }

  @Test func aReaderThatFallsBehindHoldsTheConnectionBack() throws {
    let counter = ReadCounter()
    try channel.pipeline.syncOperations.addHandler(counter, position: .first)
    for _ in 0..<256 {
      try channel.writeInbound(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: "{}")))
    }
    channel.read()
    #expect(counter.reads == 0)
    for _ in 0..<129 { channel.triggerUserOutboundEvent(StreamDemand.taken, promise: nil) }
    #expect(counter.reads == 1)
    _ = try channel.finish()
  }

  @Test func goodbyeIsSaid() throws {
    channel.triggerUserOutboundEvent(StreamDemand.goodbye, promise: nil)
    #expect(try opcode() == .connectionClose)
    #expect(!channel.isActive)
  }
}

private final class ReadCounter: ChannelOutboundHandler {
  typealias OutboundIn = Any
  private(set) var reads = 0

  func read(context: ChannelHandlerContext) {
    reads += 1
    context.read()
  }
}
