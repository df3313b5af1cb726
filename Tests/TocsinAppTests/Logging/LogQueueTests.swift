import Logging
import Testing

@testable import TocsinApp

@Suite struct LogQueueTests {
  private let line = Array("0123456\n".utf8)

  @Test func onlyASleepingWriterIsWoken() {
    var queue = LogQueue(limit: 64)
    #expect(next(&queue) == .sleep)
    #expect(offer(to: &queue) == .keptForSleepingWriter)
    #expect(offer(to: &queue) == .kept)
    #expect(next(&queue) == .write(LogQueue.Batch(lines: line + line, dropped: 0)))
    #expect(offer(to: &queue) == .kept)
    #expect(next(&queue) == .write(LogQueue.Batch(lines: line, dropped: 0)))
    #expect(next(&queue) == .sleep)
  }

  /// The line is offered.
  private func offer(_ level: Logger.Level = .info, to queue: inout LogQueue) -> LogQueue.Fate {
    queue.offer(line, level: level)
  }

  private func next(_ queue: inout LogQueue) -> LogQueue.Next { queue.next() }

  private func finish(_ queue: inout LogQueue) -> Bool { queue.finish() }

  @Test func whatHasNoRoomIsCountedAndToldOnce() {
    var queue = LogQueue(limit: 32)
    for _ in 0..<3 { #expect(offer(to: &queue) == .kept) }
    #expect(offer(to: &queue) == .dropped)
    #expect(offer(.warning, to: &queue) == .kept)
    #expect(offer(.critical, to: &queue) == .dropped)
    #expect(next(&queue) == .write(LogQueue.Batch(lines: line + line + line + line, dropped: 2)))
    #expect(next(&queue) == .sleep)
  }

  @Test func whatCouldNotBeWrittenIsToldWithTheNextLine() {
    var queue = LogQueue(limit: 32)
    queue.failed(LogQueue.Batch(lines: line, dropped: 3), losing: 1)
    #expect(next(&queue) == .sleep)
    #expect(offer(to: &queue) == .keptForSleepingWriter)
    #expect(next(&queue) == .write(LogQueue.Batch(lines: line, dropped: 4)))
  }

  @Test func afterTheEndWhatWaitsIsWrittenAndNothingIsTaken() {
    var queue = LogQueue(limit: 32)
    _ = queue.offer(line, level: .info)
    #expect(!finish(&queue))
    #expect(offer(.error, to: &queue) == .dropped)
    #expect(next(&queue) == .write(LogQueue.Batch(lines: line, dropped: 1)))
    #expect(next(&queue) == .end)
    var sleeping = LogQueue(limit: 32)
    #expect(next(&sleeping) == .sleep)
    #expect(finish(&sleeping))
    #expect(next(&sleeping) == .end)
  }
}
