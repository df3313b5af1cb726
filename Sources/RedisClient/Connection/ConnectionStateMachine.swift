import NIOCore

/// What a connection for commands does, decided without I/O and without a clock.
///
/// `Waiter` stands for who waits for the replies of one submission.
struct ConnectionStateMachine<Waiter> {
  private enum State {
    case handshake(Handshake)
    case ready
    /// No more submissions; closes when the last one in flight is answered.
    case draining
    case closed
  }

  private struct InFlight {
    let waiter: Waiter
    let count: Int
    let deadline: NIODeadline
  }

  /// How a submission that is not answered ended.
  struct Failed {
    let waiter: Waiter
    let error: RedisError
  }

  /// Why the connection ends, and whom to tell.
  struct Ending {
    let reason: RedisError
    let failed: [Failed]
  }

  private var state: State
  private var inFlight = CircularBuffer<InFlight>(initialCapacity: 64)
  /// The replies to the oldest submission in flight, if it waits for more than one.
  private var collected: [RedisValue] = []
  private var lastReply: NIODeadline
  private let commandTimeout: TimeAmount
  private let keepAlive: TimeAmount

  /// - Parameters:
  ///   - keepAlive: after how much silence an idle connection is asked for a sign of life
  ///   - now: when the connection was made
  init(_ configuration: RedisConfiguration, keepAlive: TimeAmount = .seconds(5), now: NIODeadline) {
    state = .handshake(Handshake(configuration))
    commandTimeout = TimeAmount(configuration.commandTimeout)
    self.keepAlive = keepAlive
    lastReply = now
  }

  /// How many submissions wait for replies.
  var inFlightCount: Int { inFlight.count }

  /// What to send first.
  var greeting: [[RedisArgument]] {
    if case .handshake(let handshake) = state { handshake.commands } else { [] }
  }

  // MARK: Replies

  enum ReplyAction {
    case none
    /// The handshake is done: let commands in.
    case open(runID: String)
    /// A submission is answered. The last one of a connection that drains: close it, too.
    case deliver(Waiter, Answer, close: Bool)
    /// Close the connection.
    case end(Ending)
  }

  /// The replies to one submission.
  enum Answer {
    case one(RedisValue)
    case many([RedisValue])
  }

  mutating func received(_ reply: RedisValue, now: NIODeadline) -> ReplyAction {
    switch state {
    case .handshake(var handshake):
      switch handshake.received(reply) {
      case .goOn:
        state = .handshake(handshake)
        return .none
      case .done(let runID):
        state = .ready
        lastReply = now
        return .open(runID: runID)
      case .failed(let error):
        return .end(end(error))
      }
    case .ready, .draining:
      lastReply = now
      return answered(reply)
    case .closed:
      return .none
    }
  }

  private mutating func answered(_ reply: RedisValue) -> ReplyAction {
    guard let head = inFlight.first else {
      return .end(end(reply.failure ?? RedisError(.unexpectedReply, "a reply that nobody asked for")))
    }
    if let failure = reply.failure, failure.code == .away {
      // What stood before this command in a pipeline was executed, what stands after it may be.
      let own = RedisError(.away, failure.message, mayHaveBeenExecuted: head.count > 1)
      inFlight.removeFirst()
      let rest = end(failure)
      return .end(Ending(reason: failure, failed: [Failed(waiter: head.waiter, error: own)] + rest.failed))
    }
    guard head.count > 1 else {
      inFlight.removeFirst()
      return .deliver(head.waiter, .one(reply), close: closesWhenIdle())
    }
    collected.append(reply)
    guard collected.count == head.count else { return .none }
    inFlight.removeFirst()
    defer { collected = [] }
    return .deliver(head.waiter, .many(collected), close: closesWhenIdle())
  }

  private mutating func closesWhenIdle() -> Bool {
    guard case .draining = state, inFlight.isEmpty else { return false }
    state = .closed
    return true
  }

  // MARK: Commands

  /// Commands of one waiter go out now, `count` of them. Answers whether to send them.
  mutating func submitted(_ waiter: Waiter, count: Int, now: NIODeadline) -> Bool {
    guard case .ready = state else { return false }
    inFlight.append(InFlight(waiter: waiter, count: count, deadline: now + commandTimeout))
    return true
  }

  enum DrainAction {
    case none
    case end(Ending)
  }

  /// The client shuts down: answer what is in flight, then close.
  mutating func drain() -> DrainAction {
    switch state {
    case .ready where !inFlight.isEmpty:
      state = .draining
      return .none
    case .ready, .handshake:
      return .end(end(RedisError(.shutdown, "the client was shut down")))
    case .draining, .closed:
      return .none
    }
  }

  // MARK: Time

  enum TickAction {
    /// Look again then.
    case wait(until: NIODeadline)
    /// Ask the server for a sign of life (and report that as submitted), and look again then.
    case ping(until: NIODeadline)
    case end(Ending)
    case stop
  }

  /// Time passed: is the oldest submission overdue?
  ///
  /// Timeouts are exact although this is asked only a few times in each: an overdue time that comes before the next
  /// regular look moves that look forward.
  mutating func tick(now: NIODeadline) -> TickAction {
    switch state {
    case .handshake, .closed: return .stop
    case .ready, .draining: break
    }
    let regular = now + .nanoseconds(max(1, commandTimeout.nanoseconds / 8))
    if let head = inFlight.first {
      guard head.deadline <= now else { return .wait(until: min(regular, head.deadline)) }
      return .end(endOverdue(now: now))
    }
    return lastReply + keepAlive <= now ? .ping(until: regular) : .wait(until: regular)
  }

  /// Later replies could not be told from those to new commands, so one overdue command ends the connection.
  private mutating func endOverdue(now: NIODeadline) -> Ending {
    let timeout = RedisError(.timeout, "no reply within \(Duration(commandTimeout))")
    let lost = RedisError(.connectionLost, "the connection was closed because an earlier command got no reply in time")
    let failed = inFlight.map { Failed(waiter: $0.waiter, error: $0.deadline <= now ? timeout : lost) }
    inFlight.removeAll()
    state = .closed
    return Ending(reason: timeout, failed: failed)
  }

  // MARK: The end

  /// The connection broke, the server closed it, or it sent what is no reply. `nil` if it had ended before.
  mutating func lost(_ reason: RedisError) -> Ending? {
    if case .closed = state { return nil }
    return end(reason)
  }

  private mutating func end(_ reason: RedisError) -> Ending {
    state = .closed
    let lost = RedisError(.connectionLost, "the connection was lost with the command in flight: \(reason.message)")
    var failed = inFlight.map { Failed(waiter: $0.waiter, error: lost) }
    if reason.code == .unexpectedReply, let head = inFlight.first {
      // That reply was to the oldest: it is told what was wrong with it.
      failed[0] = Failed(waiter: head.waiter, error: reason)
    }
    inFlight.removeAll()
    collected = []
    return Ending(reason: reason, failed: failed)
  }
}
