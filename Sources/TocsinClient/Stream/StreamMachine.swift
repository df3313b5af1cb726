import Support

/// When a stream connects, from which position, and when it gives up. Knows no socket and no clock.
///
/// Before the first connection stands, every server is tried once without waiting, and then the stream gives up: a
/// wrong address must not look like a quiet evening. After it stood once, the stream comes back for ever.
struct StreamMachine {
  /// What happened.
  enum Event {
    /// The stream is wanted.
    case started
    /// The connection stands.
    case opened
    /// The connection could not be made, or the server refused it.
    case failed(ClientError)
    /// A message arrived.
    case received(StreamMessage)
    /// The connection ended, and why.
    case closed(String)
    /// The wait is over.
    case waited
  }

  /// What to do.
  enum Action: Equatable {
    /// Connect to the server of that index and go on after that event.
    case connect(server: Int, after: String?)
    /// Read the next message.
    case read
    /// Hand the message on.
    case deliver(StreamMessage)
    /// Tell of the interruption, then wait.
    case wait(Duration, reason: String)
    /// End the stream with that error.
    case giveUp(ClientError)

    static func == (left: Action, right: Action) -> Bool {
      switch (left, right) {
      case (.connect(let server, let after), .connect(let otherServer, let otherAfter)):
        server == otherServer && after == otherAfter
      case (.read, .read): true
      case (.deliver(let message), .deliver(let other)): message == other
      case (.wait(let duration, let reason), .wait(let other, let otherReason)):
        duration == other && reason == otherReason
      case (.giveUp(let error), .giveUp(let other)): error.code == other.code && error.reason == other.reason
      default: false
      }
    }
  }

  private let serverCount: Int
  private let backoff: Backoff
  private var server = 0
  /// Where to go on: the last event that was handed on, or a position that the server named.
  private(set) var position: String?
  private var resumesHere = false
  private var stoodOnce = false
  private var openedAt: ContinuousClock.Instant?
  private var failures = 0
  private var firstFailures: [ClientError] = []

  /// How long a connection must have stood before its end counts as a first failure again.
  private static let stable = Duration.seconds(10)

  init(serverCount: Int, position: String?, backoff: Backoff) {
    self.serverCount = serverCount
    self.position = position
    self.backoff = backoff
  }

  mutating func event(
    _ event: Event, now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) -> Action {
    switch event {
    case .started, .waited:
      resumesHere = position != nil
      return .connect(server: server, after: position)
    case .opened:
      stoodOnce = true
      openedAt = now
      return .read
    case .received(let message):
      note(message)
      return .deliver(message)
    case .failed(let error):
      return failed(error, using: &generator)
    case .closed(let reason):
      if let openedAt, now - openedAt >= StreamMachine.stable { failures = 0 }
      openedAt = nil
      return retry(reason, using: &generator)
    }
  }

  private mutating func failed(
    _ error: ClientError, using generator: inout some RandomNumberGenerator
  ) -> Action {
    if let status = error.status, (400..<500).contains(status), status != 429, status != 408 { return .giveUp(error) }
    guard !stoodOnce else { return retry(error.description, using: &generator) }
    firstFailures.append(error)
    if firstFailures.count == serverCount { return .giveUp(.summary(of: firstFailures)) }
    server = (server + 1) % serverCount
    resumesHere = position != nil
    return .connect(server: server, after: position)
  }

  private mutating func retry(_ reason: String, using generator: inout some RandomNumberGenerator) -> Action {
    failures += 1
    server = (server + 1) % serverCount
    return .wait(backoff.delay(afterFailures: failures, using: &generator), reason: reason)
  }

  /// Keeps the position. What `connected` names is taken only where this connection does not resume: a connection
  /// that breaks in the middle of a replay must resume where the replay stood, not where it was to end.
  private mutating func note(_ message: StreamMessage) {
    if let eventID = message.eventID, !eventID.isEmpty { position = eventID }
    switch message.kind {
    case .connected(_, let lastEventID) where !resumesHere && !lastEventID.isEmpty: position = lastEventID
    case .resumed(_, let lastEventID) where !lastEventID.isEmpty: position = lastEventID
    default: break
    }
  }
}
