import NIOCore
import Testing

@testable import TocsinServer

@Suite struct FrameTests {
  @Test(arguments: [
    (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65_535, [0x81, 126, 0xff, 0xff]),
    (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
  ])
  func `the header has the shortest length that fits`(length: Int, header: [UInt8]) {
    let frame = OutgoingFrame.text(Array(repeating: 0x61, count: length))
    #expect(Array(frame.readableBytesView.prefix(header.count)) == header)
    #expect(frame.readableBytes == header.count + length)
    var frames = ServerFrames()
    frames.feed(frame)
    #expect(frames.next()?.payload.count == length)
  }

  @Test func `control frames`() {
    #expect(Array(OutgoingFrame.ping.readableBytesView) == [0x89, 0])
    #expect(Array(OutgoingFrame.pong(ByteBuffer(bytes: [1, 2])).readableBytesView) == [0x8A, 2, 1, 2])
    #expect(Array(OutgoingFrame.close(code: nil).readableBytesView) == [0x88, 0])
    #expect(Array(OutgoingFrame.close(code: 3008, reason: "a").readableBytesView) == [0x88, 3, 0x0B, 0xC0, 0x61])
  }

  @Test(arguments: CloseReason.allCases)
  func `a close frame's text fits a control frame`(reason: CloseReason) {
    #expect(reason.text.utf8.count <= 123)
  }
}
