import NIOCore
import NIOWebSocket

/// One client's connection as a state machine: frames and time go in, what has to be done comes out.
///
/// While it is opening (its place in the event log is looked up), messages wait, so that `connected` is the first
/// thing that a client gets.
struct Session {
  /// What has to be done.
  enum Action: Equatable {
    case nothing
    /// HTTPAnswer a ping of that payload.
    case pong(ByteBuffer)
    /// Ask whether the client is still there.
    case ping
    /// Do what the client asks for.
    case perform(ClientMessage)
    /// Tell the client what was wrong; the connection stays.
    case refuse(ClientError)
    /// Send a close frame and wait for the client's.
    case close(CloseReason)
    /// HTTPAnswer the client's close frame, then end the connection.
    case confirmClose(UInt16?)
    /// End the connection.
    case disconnect
  }

  private enum Phase {
    case opening(waiting: [Result<ClientMessage, ClientError>])
    case open
    case closing(until: NIODeadline)
    case closed
  }

  private enum Limits {
    /// How many messages may wait for the connection to be opened.
    static let waiting = 32
    /// How long a client may take for its part of the close handshake.
    static let patience = TimeAmount.seconds(5)
    /// Likewise, where no more is expected of it, or the node has to go.
    static let shortPatience = TimeAmount.seconds(2)
    /// What a message costs beyond its frame.
    static let resumeCost = 50
    static let applyCost = 5
  }

  /// Why the connection ends; nil while it does not.
  private(set) var reason: CloseReason?
  private var phase = Phase.opening(waiting: [])
  private var assembler = MessageAssembler()
  private var budget: MessageBudget
  private var heard: NIODeadline
  private var nextPing: NIODeadline
  private var outstanding: Int32 = 0
  private var isReplaying = false
  private let pingInterval: TimeAmount
  private let silenceLimit: TimeAmount
  private let outstandingLimit: Int32

  /// A connection that opens now.
  /// - Parameter headStart: how much earlier than later ones the first ping is due, so that clients that came at
  ///   once are not all pinged at once
  init(now: NIODeadline, configuration: StreamConfiguration, headStart: TimeAmount = .zero) {
    pingInterval = configuration.pingInterval
    silenceLimit = configuration.silenceLimit
    outstandingLimit = Int32(clamping: configuration.outstandingLimit)
    budget = MessageBudget(now: now)
    heard = now
    nextPing = now + pingInterval - headStart
  }

  /// Whether events may be sent.
  var isOpen: Bool {
    if case .open = phase { true } else { false }
  }

  /// Whether the connection neither closes nor is closed.
  var isAlive: Bool {
    switch phase {
    case .opening, .open: true
    case .closing, .closed: false
    }
  }

  /// `connected` was sent.
  /// - Returns: what to do about the messages that waited, in their order
  mutating func opened() -> [Action] {
    guard case .opening(let waiting) = phase else { return [] }
    phase = .open
    return waiting.map { action(for: $0) }
  }

  /// A frame of the client arrived.
  mutating func received(_ frame: WebSocketFrame, now: NIODeadline) -> Action {
    switch phase {
    case .closed: return .nothing
    case .closing:
      guard frame.opcode == .connectionClose else { return .nothing }
      phase = .closed
      return .disconnect
    case .opening, .open: break
    }
    heard = now
    budget.spend(MessageBudget.cost(ofFrame: frame.length), now: now)
    switch assembler.receive(frame) {
    case .nothing: return .nothing
    case .ping(let payload): return .pong(payload)
    case .text(let text): return received(text)
    case .violation(let reason): return close(reason, now: now)
    case .close(let code):
      reason = .clientClosed
      phase = .closing(until: now + Limits.shortPatience)
      return .confirmClose(code)
    }
  }

  private mutating func received(_ text: ByteBuffer) -> Action {
    let message = Result { () throws(ClientError) in try ClientMessage(text) }
    guard case .opening(var waiting) = phase else { return action(for: message) }
    guard waiting.count < Limits.waiting else { return close(.impatient, now: heard) }
    waiting.append(message)
    phase = .opening(waiting: waiting)
    return .nothing
  }

  private mutating func action(for message: Result<ClientMessage, ClientError>) -> Action {
    switch message {
    case .failure(let error): return .refuse(error)
    case .success(.apply(let action, let id, let user)):
      guard outstanding < outstandingLimit else {
        let text = "\(outstandingLimit) requests are not answered yet; wait for an answer before sending the next one"
        return .refuse(ClientError(.tooMany, text, alertID: id))
      }
      outstanding += 1
      budget.spend(Limits.applyCost, now: heard)
      return .perform(.apply(action, id, user: user))
    case .success(.resume(let place)):
      guard !isReplaying else {
        return .refuse(ClientError(.resumeInProgress, "a replay is under way; wait for the resumed message"))
      }
      isReplaying = true
      budget.spend(Limits.resumeCost, now: heard)
      return .perform(.resume(lastEventID: place))
    case .success(let message): return .perform(message)
    }
  }

  /// Something was done for the client that costs more than its message tells.
  mutating func spend(_ cost: Int, now: NIODeadline) {
    budget.spend(cost, now: now)
  }

  /// An acknowledgement or resolution was answered.
  mutating func answered() {
    outstanding -= 1
  }

  /// A replay began that the address asked for.
  mutating func replayBegan() {
    isReplaying = true
  }

  /// A replay is over.
  mutating func replayEnded() {
    isReplaying = false
  }

  /// When reading may go on; nil: now.
  func readPause(now: NIODeadline) -> NIODeadline? {
    budget.pause(now: now)
  }

  /// Time passed.
  mutating func tick(now: NIODeadline) -> Action {
    switch phase {
    case .closed: return .nothing
    case .closing(let until):
      guard now >= until else { return .nothing }
      phase = .closed
      return .disconnect
    case .opening, .open:
      if readPause(now: now) != nil { heard = now }
      if now - heard >= silenceLimit { return close(.silent, now: now) }
      guard now >= nextPing else { return .nothing }
      nextPing = now + pingInterval
      return .ping
    }
  }

  /// The connection has to end.
  mutating func close(_ reason: CloseReason, now: NIODeadline) -> Action {
    guard isAlive else { return .nothing }
    self.reason = reason
    phase = .closing(until: now + (reason.isViolation || reason == .draining ? Limits.shortPatience : Limits.patience))
    return .close(reason)
  }

  /// The socket is gone.
  /// - Returns: why
  mutating func ended() -> CloseReason {
    phase = .closed
    return reason ?? .disconnected
  }
}
