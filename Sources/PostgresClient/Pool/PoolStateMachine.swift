/// Who has which connection, and who waits for one. Decides; ``PostgresPool`` acts.
///
/// A connection is idle, leased, or being opened; those that are missing from `size` are vacancies.
struct PoolStateMachine<Connection: AnyObject, Waiter> {
  /// The answer to who asks for a connection.
  enum Lease {
    case granted(Connection)
    case wait
    case refused
  }

  /// The answer to who stands in line.
  enum Enqueue {
    case granted(Connection)
    case refused
    /// In line; with `startTimer` the caller starts the timer that calls ``expire(now:)``.
    case queued(startTimer: Bool)
  }

  /// What becomes of a connection that is free.
  enum Offer {
    case handOver(Waiter)
    case parked
    case discard
  }

  private struct Queued {
    var waiter: Waiter
    var deadline: ContinuousClock.Instant
  }

  private let size: Int
  private var idle: [Connection] = []
  private var leased = 0
  private var opening = 0
  private var waiters: [UInt64: Queued] = [:]
  /// The waiters' numbers in order; those that left are skipped.
  private var line: [UInt64] = []
  private var lineStart = 0
  private var nextNumber: UInt64 = 0
  private var timerRuns = false
  private var isShutDown = false
  /// How often in a row a connection did not last; the next one is opened after a pause.
  private(set) var strikes = 0

  init(size: Int) {
    precondition(size > 0, "a pool has at least one connection")
    self.size = size
  }

  var open: Int { idle.count + leased }
  var idleCount: Int { idle.count }
  var waitingCount: Int { waiters.count }

  // MARK: Who asks

  /// A number for a waiter, so that it can be cancelled.
  mutating func number() -> UInt64 {
    nextNumber += 1
    return nextNumber
  }

  mutating func lease() -> Lease {
    if isShutDown { return .refused }
    guard let connection = idle.popLast() else { return .wait }
    leased += 1
    return .granted(connection)
  }

  mutating func enqueue(_ number: UInt64, _ waiter: Waiter, deadline: ContinuousClock.Instant) -> Enqueue {
    switch lease() {
    case .granted(let connection): return .granted(connection)
    case .refused: return .refused
    case .wait: break
    }
    waiters[number] = Queued(waiter: waiter, deadline: deadline)
    line.append(number)
    defer { timerRuns = true }
    return .queued(startTimer: !timerRuns)
  }

  mutating func cancel(_ number: UInt64) -> Waiter? {
    waiters.removeValue(forKey: number)?.waiter
  }

  /// The waiters whose time is over, and when the timer is to come back: nil when nobody waits.
  mutating func expire(now: ContinuousClock.Instant) -> (expired: [Waiter], next: ContinuousClock.Instant?) {
    var expired: [Waiter] = []
    while let first = firstInLine() {
      guard first.deadline <= now else { return (expired, first.deadline) }
      if let waiter = popLine() { expired.append(waiter) }
    }
    timerRuns = false
    return (expired, nil)
  }

  // MARK: Connections come and go

  mutating func opened(_ connection: Connection) -> Offer {
    opening -= 1
    leased += 1
    return free(connection)
  }

  mutating func openingEnded() {
    opening -= 1
  }

  mutating func release(_ connection: Connection) -> Offer {
    strikes = 0
    return free(connection)
  }

  /// A leased connection cannot go on.
  mutating func discard() {
    leased -= 1
  }

  /// A connection broke. One that is leased is discarded by who has it.
  /// - Parameter young: it had only just been opened
  /// - Returns: whether it was idle
  mutating func broken(_ connection: Connection, young: Bool) -> Bool {
    strikes = young ? strikes + 1 : 0
    guard let index = idle.firstIndex(where: { $0 === connection }) else { return false }
    idle.remove(at: index)
    return true
  }

  /// How many connections to open now.
  mutating func takeVacancies() -> Int {
    let missing = isShutDown ? 0 : size - open - opening
    opening += missing
    return missing
  }

  mutating func shutDown() -> (waiters: [Waiter], connections: [Connection]) {
    isShutDown = true
    defer {
      waiters = [:]
      line = []
      lineStart = 0
      idle = []
    }
    return (waiters.values.map(\.waiter), idle)
  }

  private mutating func free(_ connection: Connection) -> Offer {
    if isShutDown {
      leased -= 1
      return .discard
    }
    if let waiter = popLine() { return .handOver(waiter) }
    leased -= 1
    idle.append(connection)
    return .parked
  }

  // MARK: The line

  private mutating func firstInLine() -> Queued? {
    while lineStart < line.count {
      if let queued = waiters[line[lineStart]] { return queued }
      lineStart += 1
    }
    line.removeAll(keepingCapacity: true)
    lineStart = 0
    return nil
  }

  private mutating func popLine() -> Waiter? {
    guard let queued = firstInLine() else { return nil }
    waiters[line[lineStart]] = nil
    lineStart += 1
    if lineStart > 1024, lineStart * 2 > line.count {
      line.removeFirst(lineStart)
      lineStart = 0
    }
    return queued.waiter
  }
}
