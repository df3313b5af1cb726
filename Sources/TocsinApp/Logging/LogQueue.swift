import Logging

/// The lines that wait to be written, bounded in bytes. Decides which are kept; knows neither threads nor files.
struct LogQueue {
  /// What becomes of a line.
  enum Fate: Hashable {
    /// It waits; the writer is at work and will find it.
    case kept
    /// It waits, and the writer sleeps: wake it.
    case keptForSleepingWriter
    /// There is no room for it.
    case dropped
  }

  /// What is to be written next.
  struct Batch: Hashable {
    /// Whole lines.
    var lines: [UInt8]
    /// How many lines were dropped since the last batch: behind those of this one.
    var dropped: Int
  }

  /// What the writer does next.
  enum Next: Hashable {
    case write(Batch)
    /// Nothing waits: sleep until woken.
    case sleep
    /// Nothing waits and nothing will: end.
    case end
  }

  /// How many bytes may wait.
  let limit: Int
  private var lines: [UInt8] = []
  private var dropped = 0
  private var isWriterAsleep = false
  private var isFinished = false

  init(limit: Int) {
    self.limit = limit
  }

  /// A line comes. The last quarter of the room is for warnings and worse: a flood of others does not keep them out.
  mutating func offer(_ line: [UInt8], level: Logger.Level) -> Fate {
    let room = level >= .warning ? limit : limit - limit / 4
    guard !isFinished, lines.count + line.count <= room else {
      dropped += 1
      return .dropped
    }
    lines += line
    defer { isWriterAsleep = false }
    return isWriterAsleep ? .keptForSleepingWriter : .kept
  }

  /// The writer is done with the last batch.
  mutating func next() -> Next {
    // What was dropped alone is told with the next line: there may be nobody to read either.
    if lines.isEmpty {
      isWriterAsleep = !isFinished
      return isFinished ? .end : .sleep
    }
    let batch = Batch(lines: lines, dropped: dropped)
    lines.removeAll()
    dropped = 0
    return .write(batch)
  }

  /// A batch could not be written to its end.
  /// - Parameter count: how many of its lines were not
  mutating func failed(_ batch: Batch, losing count: Int) {
    dropped += batch.dropped + count
  }

  /// No more lines are taken.
  /// - Returns: whether the writer sleeps and has to be woken
  mutating func finish() -> Bool {
    isFinished = true
    defer { isWriterAsleep = false }
    return isWriterAsleep
  }
}
