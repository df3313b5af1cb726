import NIOCore

/// Which connection sends when. Knows no socket and no clock; times are nanoseconds of the monotonic clock.
///
/// In an open loop a request that is due while all connections are busy waits its turn and keeps its time. In a closed
/// loop a connection sends as soon as it has its answer.
struct LoadMachine {
  /// How requests are paced.
  enum Pace: Sendable {
    case open(OpenSchedule)
    case closed(until: UInt64)
  }

  /// A request to send now, and when it was due.
  struct Send: Equatable {
    var connection: Int
    var due: UInt64
  }

  private var pace: Pace
  private var idle: [Int] = []
  private var backlog = CircularBuffer<UInt64>()
  private(set) var inFlight = 0

  init(_ pace: Pace) {
    self.pace = pace
  }

  /// How many requests were due and have not been sent.
  var waiting: Int { backlog.count }

  /// When to look again; nil where only answers matter.
  var nextDue: UInt64? {
    if case .open(let schedule) = pace { schedule.nextDue } else { nil }
  }

  /// A connection stands or is back, and has nothing to do.
  mutating func ready(_ connection: Int, now: UInt64) -> Send? {
    if let due = backlog.popFirst() { return send(connection, due) }
    if case .closed(let end) = pace, now < end { return send(connection, now) }
    idle.append(connection)
    return nil
  }

  /// A connection has its answer, or gave up on it.
  mutating func answered(_ connection: Int, now: UInt64) -> Send? {
    inFlight -= 1
    return ready(connection, now: now)
  }

  /// A connection is gone. One that was waiting for an answer is reported as `busy`.
  mutating func lost(_ connection: Int, busy: Bool) {
    if busy { inFlight -= 1 } else { idle.removeAll { $0 == connection } }
  }

  /// Time passed: what is due goes to idle connections, the rest waits.
  mutating func tick(now: UInt64) -> [Send] {
    guard case .open(var schedule) = pace else { return [] }
    var sends: [Send] = []
    while let due = schedule.take(by: now) {
      if let connection = idle.popLast() { sends.append(send(connection, due)) } else { backlog.append(due) }
    }
    pace = .open(schedule)
    return sends
  }

  /// Whether everything was sent and answered.
  func isDone(now: UInt64) -> Bool {
    guard inFlight == 0, backlog.isEmpty else { return false }
    return switch pace {
    case .open(let schedule): schedule.nextDue == nil
    case .closed(let end): now >= end
    }
  }

  private mutating func send(_ connection: Int, _ due: UInt64) -> Send {
    inFlight += 1
    return Send(connection: connection, due: due)
  }
}
