import NIOCore
import NIOWebSocket
import Testing

@testable import TocsinServer

@Suite struct MessageAssemblerTests {
  private let text = "{\"type\":\"ping\",\"name\":\"größer 🙂\"}"

  @Test func `a message in two fragments, split at every byte`() {
    let bytes = Array(text.utf8)
    for split in 0...bytes.count {
      var assembler = MessageAssembler()
      #expect(assembler.receive(ClientFrame.frame(.text, Array(bytes[..<split]), fin: false)) == .nothing)
      #expect(assembler.receive(ClientFrame.frame(.ping, [7])) == .ping(ByteBuffer(bytes: [7])))
      #expect(
        assembler.receive(ClientFrame.frame(.continuation, Array(bytes[split...]))) == .text(ByteBuffer(string: text)))
    }
  }

  @Test func `a message byte by byte`() {
    var assembler = MessageAssembler()
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      let output = assembler.receive(
        ClientFrame.frame(index == 0 ? .text : .continuation, [byte], fin: isLast))
      #expect(output == (isLast ? .text(ByteBuffer(string: text)) : .nothing))
    }
  }

  @Test func `fragments of 64 KiB in all are a message, one byte more is too big`() {
    var assembler = MessageAssembler()
    let half = Array(repeating: UInt8(ascii: "a"), count: MessageAssembler.maximumSize / 2)
    #expect(assembler.receive(ClientFrame.frame(.text, half, fin: false)) == .nothing)
    #expect(
      assembler.receive(ClientFrame.frame(.continuation, half)) == .text(ByteBuffer(bytes: half + half)))
    #expect(assembler.receive(ClientFrame.frame(.text, half, fin: false)) == .nothing)
    #expect(assembler.receive(ClientFrame.frame(.continuation, half + [0])) == .violation(.tooBig))
  }

  @Test func `what RFC 6455 forbids`() {
    func first(_ frames: WebSocketFrame...) -> MessageAssembler.Output {
      var assembler = MessageAssembler()
      var output = MessageAssembler.Output.nothing
      for frame in frames { output = assembler.receive(frame) }
      return output
    }
    #expect(first(ClientFrame.frame(.text, [0x61], masked: false)) == .violation(.protocolError))
    #expect(first(ClientFrame.frame(.text, [0x61], rsv1: true)) == .violation(.protocolError))
    #expect(first(ClientFrame.frame(.continuation, [0x61])) == .violation(.protocolError))
    #expect(
      first(ClientFrame.text("a", fin: false), ClientFrame.text("b")) == .violation(.protocolError))
    #expect(
      first(ClientFrame.frame(WebSocketOpcode(encodedWebSocketOpcode: 0x3) ?? .text)) == .violation(.protocolError))
    #expect(first(ClientFrame.frame(.binary, [1])) == .violation(.binaryMessage))
    #expect(first(ClientFrame.frame(.text, [0xC3, 0x28])) == .violation(.invalidText))
    #expect(first(ClientFrame.frame(.text, [0xED, 0xA0, 0x80])) == .violation(.invalidText))
  }

  @Test func `close frames`() {
    func close(_ payload: [UInt8]) -> MessageAssembler.Output {
      var assembler = MessageAssembler()
      return assembler.receive(ClientFrame.frame(.connectionClose, payload))
    }
    func code(_ code: Int) -> [UInt8] { [UInt8(code >> 8), UInt8(code & 0xff)] }
    #expect(close([]) == .close(nil))
    #expect(close(code(1000) + Array("bye".utf8)) == .close(1000))
    for sendable in [1001, 1003, 1007, 1011, 1012, 3000, 4999] {
      #expect(close(code(sendable)) == .close(UInt16(sendable)))
    }
    for reserved in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
      #expect(close(code(reserved)) == .violation(.protocolError))
    }
    #expect(close([3]) == .violation(.protocolError))
    #expect(close(code(1000) + [0xff]) == .violation(.invalidText))
  }
}
