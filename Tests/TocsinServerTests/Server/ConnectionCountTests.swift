import Foundation
import Logging
import NIOCore
import NIOEmbedded
import TestLog
import Testing

@testable import TocsinServer

@Suite struct ConnectionCountTests {
  private var count = ConnectionCount(limit: 32)

  private mutating func open(_ times: Int) -> [ConnectionCount.News] { (0..<times).compactMap { _ in count.opened() } }
  private mutating func close(_ times: Int) -> [ConnectionCount.News] { (0..<times).compactMap { _ in count.closed() } }

  @Test mutating func theLimitIsToldOnce() {
    #expect(open(31) == [])
    #expect(count.hasRoom)
    #expect(open(1) == [.full])
    #expect(!count.hasRoom)
    // Those that were accepted in one go with the last one that fits.
    #expect(open(3) == [])
    #expect(close(3) == [])
    #expect(!count.hasRoom)
  }

  @Test mutating func comingAndGoingAtTheLimitIsNoNews() {
    _ = open(32)
    for _ in 0..<10 {
      #expect(close(1) == [])
      #expect(count.hasRoom)
      #expect(open(1) == [])
    }
    #expect(close(3) == [.roomy])
    #expect(open(3) == [.full])
  }

  @Test func aSmallLimitIsFullAndRoomyInTurn() {
    var count = ConnectionCount(limit: 1)
    #expect(count.opened() == .full)
    #expect(count.closed() == .roomy)
    #expect(ConnectionCount(limit: 0).hasRoom)
  }
}

@Suite struct AcceptPauseTests {
  @Test func aShortageUnregistersTheSocketForASecond() throws {
    let loop = EmbeddedEventLoop()
    let lines = LogLines()
    let channel = EmbeddedChannel(handler: AcceptPause(logger: lines.logger), loop: loop)
    func accepts() -> Bool? {
      channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool
    }
    for _ in 0..<3 {
      channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
      #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
      #expect(accepts() == false)
      loop.advanceTime(by: .milliseconds(999))
      #expect(accepts() == false)
      loop.advanceTime(by: .milliseconds(1))
      #expect(accepts() == true)
    }
    try channel.writeInbound(EmbeddedChannel() as any Channel)
    #expect(lines.messages == ["connections cannot be accepted for now", "connections can be accepted again"])
    _ = try channel.finish(acceptAlreadyClosed: true)
  }
}
