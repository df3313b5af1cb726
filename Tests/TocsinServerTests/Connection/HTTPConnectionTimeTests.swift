import NIOCore
import NIOHTTP1
import Testing

@testable import TocsinServer

/// How long a connection waits for what.
@Suite struct HTTPConnectionTimeTests {
  private var sequence = HTTPConnectionStateMachine(configuration: ServerConfiguration())
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/x", headers: ["Host": "h"])

  private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

  @Test mutating func aConnectionWithoutARequestIsClosed() {
    #expect(sequence.deadline(at: start) == after(20))
    #expect(sequence.timePassed(after(19)) == .none)
    #expect(sequence.timePassed(after(20)) == .close)
  }

  @Test mutating func anIdleConnectionIsClosed() {
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    _ = sequence.answered()
    #expect(sequence.deadline(at: start) == after(75))
    #expect(sequence.timePassed(after(74)) == .none)
    #expect(sequence.timePassed(after(75)) == .close)
  }

  @Test mutating func aHeaderThatHasBegunMustComeSoon() {
    _ = sequence.deadline(at: start)
    sequence.readCompleted()
    #expect(sequence.deadline(at: start) == after(10))
    sequence.readCompleted()
    #expect(sequence.deadline(at: after(9)) == after(10))
    #expect(sequence.timePassed(after(10)) == .refuse(.tooSlow))
  }

  @Test mutating func aBodyMustComeInTimeHoweverItDrips() {
    _ = sequence.received(.head(head))
    sequence.readCompleted()
    #expect(sequence.deadline(at: start) == after(30))
    _ = sequence.received(.body(ByteBuffer(string: "x")))
    sequence.readCompleted()
    #expect(sequence.deadline(at: after(29)) == after(30))
    #expect(sequence.timePassed(after(30)) == .refuse(.tooSlow))
  }

  @Test mutating func eachAnswerBeginsANewWait() {
    for second in [0, 50, 100] as [Int64] {
      _ = sequence.received(.head(head))
      _ = sequence.received(.end(nil))
      _ = sequence.answered()
      sequence.readCompleted()
      #expect(sequence.deadline(at: after(second)) == after(second + 75))
    }
  }

  @Test mutating func whoDoesNotReadHisAnswerIsDropped() {
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    #expect(sequence.deadline(at: start) == after(300))
    #expect(sequence.timePassed(after(300)) == .close)
  }

  @Test mutating func whoDoesNotCloseIsClosed() {
    _ = sequence.drain()
    _ = sequence.flushed(lingers: true)
    #expect(sequence.deadline(at: start) == after(2))
    #expect(sequence.timePassed(after(2)) == .close)
  }

  @Test mutating func whoTakesNothingOfAnAnswerIsDropped() {
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    #expect(sequence.deadline(at: start) == after(300))
    #expect(sequence.answered(isTaken: false) == .none)
    #expect(sequence.isBlocked)
    for second in stride(from: 5, to: 30, by: 5) as StrideTo<Int64> {
      #expect(sequence.deadline(at: after(second - 5)) == after(second))
      #expect(sequence.timePassed(after(second), unsent: 1000) == .none)
    }
    #expect(sequence.timePassed(after(30), unsent: 1000) == .closeStalled)
    #expect(sequence.deadline(at: after(30)) == nil)
  }

  @Test mutating func whoTakesALittleMayGoOnButNotForever() {
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    _ = sequence.answered(isTaken: false)
    _ = sequence.deadline(at: start)
    var unsent = 1000
    for second in stride(from: 5, to: 300, by: 5) as StrideTo<Int64> {
      if second % 25 == 0 { unsent -= 1 }
      #expect(sequence.timePassed(after(second), unsent: unsent) == .none)
      _ = sequence.deadline(at: after(second))
    }
    #expect(sequence.timePassed(after(300), unsent: 1) == .closeStalled)
  }

  @Test mutating func whoHasTakenTheAnswerIsIdle() {
    _ = sequence.received(.head(head))
    _ = sequence.received(.end(nil))
    _ = sequence.answered(isTaken: false)
    _ = sequence.deadline(at: start)
    #expect(sequence.taken() == .none)
    #expect(sequence.deadline(at: after(20)) == after(95))
  }

  @Test mutating func whoDoesNotReadTheLastAnswerIsDropped() {
    _ = sequence.drain()
    _ = sequence.deadline(at: start)
    #expect(sequence.timePassed(after(5), unsent: 10) == .none)
    #expect(sequence.timePassed(after(30), unsent: 10) == .closeStalled)
  }
}
