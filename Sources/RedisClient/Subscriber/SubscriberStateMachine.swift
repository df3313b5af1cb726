import NIOCore

/// What a connection that is subscribed to channels does, decided without I/O and without a clock.
struct SubscriberStateMachine {
  private enum State {
    case handshake(Handshake)
    /// `missing` channels are not confirmed yet.
    case subscribing(runID: String, missing: Int)
    case subscribed
    case closed
  }

  private var state: State
  private let channels: [String]
  private let pingInterval: TimeAmount
  private let replyTimeout: TimeAmount
  private var lastHeard: NIODeadline
  /// When a PING went out that nothing was heard since.
  private var pinged: NIODeadline?

  init(_ configuration: RedisConfiguration, channels: [String], pingInterval: Duration, now: NIODeadline) {
    state = .handshake(Handshake(configuration))
    self.channels = channels
    self.pingInterval = TimeAmount(pingInterval)
    replyTimeout = TimeAmount(configuration.commandTimeout)
    lastHeard = now
  }

  /// What to send first.
  var greeting: [[RedisArgument]] {
    if case .handshake(let handshake) = state { handshake.commands } else { [] }
  }

  // MARK: Replies

  enum ReplyAction: Equatable {
    case none
    case subscribe([RedisArgument])
    case subscribed(runID: String)
    case message(channel: String, payload: ByteBuffer)
    /// Close the connection.
    case end(RedisError)
  }

  mutating func received(_ reply: RedisValue, now: NIODeadline) -> ReplyAction {
    lastHeard = now
    pinged = nil
    if case .closed = state { return .none }
    if let failure = reply.failure { return end(failure) }
    switch state {
    case .handshake(var handshake):
      switch handshake.received(reply) {
      case .goOn:
        state = .handshake(handshake)
        return .none
      case .done(let runID):
        state = .subscribing(runID: runID, missing: channels.count)
        // The confirmations are the sign of life that is waited for now.
        pinged = now
        return .subscribe(["SUBSCRIBE"] + channels.map { RedisArgument($0) })
      case .failed(let error):
        return end(error)
      }
    case .subscribing, .subscribed:
      return pushed(reply)
    case .closed:
      return .none
    }
  }

  private mutating func pushed(_ reply: RedisValue) -> ReplyAction {
    guard case .array(let parts) = reply, let kind = parts.first?.string else {
      return end(RedisError(.unexpectedReply, "a subscribed connection got \(reply)"))
    }
    switch (kind, parts.count, state) {
    case ("message", 3, _):
      guard let channel = parts[1].string, let payload = parts[2].bytes else { break }
      return .message(channel: channel, payload: payload)
    case ("subscribe", 3, .subscribing(let runID, let missing)):
      guard missing == 1 else {
        state = .subscribing(runID: runID, missing: missing - 1)
        return .none
      }
      state = .subscribed
      return .subscribed(runID: runID)
    case ("pong", 2, _): return .none
    default: break
    }
    return end(RedisError(.unexpectedReply, "a subscribed connection got \(reply)"))
  }

  // MARK: Time

  enum TickAction: Equatable {
    /// Look again then.
    case wait(until: NIODeadline)
    /// Ask for a sign of life, and look again then.
    case ping(until: NIODeadline)
    case end(RedisError)
    case stop
  }

  /// Time passed: is it time for a PING, or was one not answered?
  ///
  /// Whatever is received answers a PING: a connection over which messages come is alive.
  mutating func tick(now: NIODeadline) -> TickAction {
    switch state {
    case .handshake, .closed: return .stop
    case .subscribing, .subscribed: break
    }
    if let pinged {
      let deadline = pinged + replyTimeout
      guard deadline <= now else { return .wait(until: deadline) }
      let error = RedisError(
        .timeout, "the server gave no sign of life within \(Duration(replyTimeout))", mayHaveBeenExecuted: false)
      state = .closed
      return .end(error)
    }
    let due = lastHeard + pingInterval
    guard due <= now else { return .wait(until: due) }
    pinged = now
    return .ping(until: now + replyTimeout)
  }

  // MARK: The end

  /// The connection broke, or the client ends it. `false` if it had ended before.
  mutating func lost() -> Bool {
    if case .closed = state { return false }
    state = .closed
    return true
  }

  private mutating func end(_ error: RedisError) -> ReplyAction {
    state = .closed
    return .end(error)
  }
}
