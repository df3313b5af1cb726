import Dispatch
import Foundation
import Logging
import Support
import Synchronization
import TocsinCore
import TocsinEngine
package import TocsinMetrics

/// Writes the lines of the log on a thread of its own, so that nobody who logs ever waits for who reads.
///
/// While the reader is slower than the log, lines wait in a bounded queue; once that is full they are dropped and
/// counted, and a line says how many are missing.
package final class LogWriter: Sendable {
  /// How many lines were dropped.
  package let dropped = Counter()

  private let descriptor: CInt
  private let format: LogFormat
  private let queue: Mutex<LogQueue>
  private let work = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// A writer whose thread runs until ``finish(within:)``.
  /// - Parameters:
  ///   - descriptor: the file or pipe that is written to, which stays open; standard error unless given
  ///   - limit: how many bytes may wait
  package init(to descriptor: CInt = 2, format: LogFormat, limit: Int = 1 << 20) {
    self.descriptor = descriptor
    self.format = format
    queue = Mutex(LogQueue(limit: limit))
    let thread = Thread { [self] in run() }
    thread.name = "log"
    thread.start()
  }

  /// Writes a line, soon. Never waits.
  func write(_ entry: LogEntry) {
    var line: [UInt8] = []
    entry.append(as: format, to: &line)
    switch queue.withLock({ $0.offer(line, level: entry.level) }) {
    case .kept: break
    case .keptForSleepingWriter: work.signal()
    case .dropped: dropped.increment()
    }
  }

  /// Takes no more lines, and waits for those that it has.
  /// - Returns: whether they were written in time; otherwise nobody reads them
  @discardableResult
  package func finish(within patience: Duration = .seconds(2)) async -> Bool {
    if queue.withLock({ $0.finish() }) { work.signal() }
    return await withCheckedContinuation { caller in
      Thread.detachNewThread { [ended] in
        let end = DispatchTime.now() + .milliseconds(Int(patience / .milliseconds(1)))
        caller.resume(returning: ended.wait(timeout: end) == .success)
      }
    }
  }

  // MARK: The thread

  private func run() {
    // Signals are for others, and a reader that went away is an error here, not the end of the process.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    while true {
      switch queue.withLock({ $0.next() }) {
      case .write(let batch): write(batch)
      case .sleep: work.wait()
      case .end:
        ended.signal()
        return
      }
    }
  }

  private func write(_ batch: LogQueue.Batch) {
    var bytes = batch.lines
    if batch.dropped > 0 {
      let entry = LogEntry(
        time: .now, level: .warning, message: "log lines were dropped because the output was not read in time",
        fields: [("count", .stringConvertible(batch.dropped))])
      entry.append(as: format, to: &bytes)
    }
    let unwritten = bytes.withUnsafeBytes { LogWriter.writeAll($0, to: descriptor) }
    guard unwritten > 0 else { return }
    let lost = batch.lines.suffix(max(0, unwritten - (bytes.count - batch.lines.count)))
      .count { $0 == UInt8(ascii: "\n") }
    dropped.increment(by: lost)
    queue.withLock { $0.failed(batch, losing: lost) }
  }

  /// - Returns: how many bytes could not be written
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Int {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = Foundation.write(descriptor, part.baseAddress, part.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return rest.count
      }
    }
    return 0
  }
}

extension Timestamp {
  /// This moment by the machine's clock.
  static var now: Timestamp {
    Timestamp(milliseconds: WallClock.milliseconds)
  }
}
