import NIOCore
import NIOHTTP1

/// The requests of one HTTP/1.1 connection: one is served at a time, what a pipelining client sends meanwhile waits
/// in its order, so answers cannot overtake each other. Decides, does no I/O and knows no clock.
struct HTTPConnectionStateMachine {
  /// A request that has arrived as a whole.
  struct ReceivedRequest: Equatable {
    var head: HTTPRequestHead
    var summary: HeaderSummary
    var body: ByteBuffer
  }

  /// What the connection has to do.
  enum Action: Equatable {
    case none
    /// Tell the client to send the body.
    case sendContinue
    /// Serve a request; then say ``HTTPConnectionStateMachine/answered()``.
    case serve(ReceivedRequest)
    /// Answer with an error; then ``flushed(lingers:)`` once it is sent.
    case refuse(Refusal)
    /// Close when everything is sent: at once, or after the client had time to read the answer (RFC 9112, 9.6).
    case end(lingers: Bool)
    /// Close now.
    case close
    /// Close now: the client took nothing of an answer for too long.
    case closeStalled
    /// Close now, so that the client sees that the answer is not whole, whatever is between (RFC 9293, 3.10.7: a reset).
    case reset
  }

  /// What an answer says about the connection.
  enum Persistence: Equatable {
    case persistent
    /// For HTTP/1.0, which has to be told.
    case keptAlive
    case closing
  }

  private enum Phase: Equatable {
    /// Between requests.
    case idle
    /// A header is there, its body is not complete.
    case receiving
    /// Complete, being served.
    case answering
    /// Being answered piece by piece.
    case streaming
    /// The next piece waits until the client has taken most of the last ones.
    case streamBlocked
    /// Answered; what follows waits until the client has taken most of the answer.
    case blocked
    /// The last answer is on its way.
    case ending
    /// It is sent; the client may read it, what it sends is thrown away.
    case lingering
    /// Closed, or in other hands.
    case over
  }

  /// What the connection waits for, and so for how long.
  private enum Wait: Equatable {
    case nothing
    case request
    case header
    case body
    case answer
    /// For the client to take what is written.
    case reading
    case linger
  }

  /// How the client takes what is written.
  private struct Progress {
    /// By when it must have everything.
    var end = NIODeadline.distantFuture
    /// When it last took something.
    var moved = NIODeadline.distantFuture
    /// How many bytes it had not taken then; nil before it was asked for.
    var unsent: Int?
  }

  private let configuration: ServerConfiguration
  private var phase = Phase.idle
  private var head: HTTPRequestHead?
  private var summary = HeaderSummary()
  private var target = "/"
  private var body = ByteBuffer()
  private var queue = CircularBuffer<HTTPServerRequestPart>()
  /// The decoder failed after what is in the queue.
  private var failure: Refusal?
  private var inputIsClosed = false
  private var isDraining = false
  private var requestCloses = false
  private var requestIsOld = false

  private var wait = Wait.nothing
  private var served = 0
  /// Of the current answer.
  private var pieces = 0
  private var servedAtWait = 0
  private var piecesAtWait = 0
  private var deadline: NIODeadline?
  private var progress = Progress()
  /// By when a streamed answer must be at its end, since the node is about to stop.
  private var streamEnd: NIODeadline?
  private var headerHasBegun = false
  private var sawPart = false

  init(configuration: ServerConfiguration) {
    self.configuration = configuration
  }

  /// Whether more may be read: not while somebody waits and more than that is there already.
  var wantsInput: Bool { !isServing || queue.isEmpty }

  /// Whether a request is being served or its answer waits for the client.
  private var isServing: Bool {
    switch phase {
    case .answering, .streaming, .streamBlocked, .blocked: true
    case .idle, .receiving, .ending, .lingering, .over: false
    }
  }

  /// Whether the answer's next piece waits until the client has taken most of the last ones.
  var isStreamBlocked: Bool { phase == .streamBlocked }

  /// Whether the next request waits until the client has taken the answer to the last one.
  var isBlocked: Bool { phase == .blocked }

  /// How many bytes have arrived of a body that is not complete.
  var bodyBytes: Int { body.readableBytes }

  /// What the answer to the current request must say.
  var persistence: Persistence {
    if requestCloses || isDraining || (inputIsClosed && queue.isEmpty) { return .closing }
    return requestIsOld ? .keptAlive : .persistent
  }

  /// The path of the request that arrived last.
  var path: String { String(target.prefix { $0 != "?" }) }

  // MARK: What arrives

  /// A part of a request arrived.
  mutating func received(_ part: HTTPServerRequestPart) -> Action {
    sawPart = true
    switch phase {
    case .idle, .receiving: return take(part)
    case .answering, .streaming, .streamBlocked, .blocked:
      queue.append(part)
      return .none
    case .ending, .lingering, .over: return .none
    }
  }

  /// The decoder gave up: nothing more will arrive.
  mutating func failed(_ refusal: Refusal) -> Action {
    guard failure == nil else { return .none }
    if phase == .idle { target = "/" }
    failure = refusal
    return phase == .idle || phase == .receiving ? refuse(refusal) : .none
  }

  /// The node has no room for the body that is arriving.
  mutating func bodyDoesNotFit() -> Action {
    phase == .receiving ? refuse(.noRoom) : .none
  }

  /// The client will send nothing more; it may still read.
  mutating func inputClosed() -> Action {
    inputIsClosed = true
    switch phase {
    case .idle, .receiving: return end(lingers: false)
    case .lingering: return over(.close)
    case .answering, .streaming, .streamBlocked, .blocked, .ending, .over: return .none
    }
  }

  /// The node is about to stop.
  mutating func drain() -> Action {
    isDraining = true
    return phase == .idle || phase == .blocked ? end(lingers: true) : .none
  }

  private mutating func take(_ part: HTTPServerRequestPart) -> Action {
    switch part {
    case .head(let head):
      summary = HeaderSummary(head)
      target = head.uri
      requestCloses = !head.isKeepAlive || summary.wantsUpgrade
      requestIsOld = head.version == .http1_0
      phase = .receiving
      headerHasBegun = false
      if head.method == .CONNECT { return refuse(.notAProxy) }
      if summary.hosts != 1, !requestIsOld || summary.hosts > 1 { return refuse(.hostMissing) }
      if let length = summary.contentLength, length > configuration.bodyLimit { return refuse(.bodyTooLarge) }
      self.head = head
      switch summary.expectation {
      case .none: return .none
      case .unknown: return refuse(.expectationUnknown)
      case .continue: return summary.hasBody && queue.isEmpty ? .sendContinue : .none
      }
    case .body(var bytes):
      guard body.readableBytes + bytes.readableBytes <= configuration.bodyLimit else { return refuse(.bodyTooLarge) }
      if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
      return .none
    case .end:
      guard let head else { return refuse(.malformed) }
      let request = ReceivedRequest(head: head, summary: summary, body: body)
      phase = .answering
      self.head = nil
      body = ByteBuffer()
      return .serve(request)
    }
  }

  private mutating func refuse(_ refusal: Refusal) -> Action {
    phase = .ending
    requestCloses = true
    discard()
    return .refuse(refusal)
  }

  // MARK: What was done

  /// The answer to the current request goes on piece by piece.
  /// - Returns: how the client learns where its body ends
  mutating func streamBegan() -> HTTPAnswer.Length {
    if requestIsOld { requestCloses = true }
    if phase == .answering { phase = .streaming }
    return requestIsOld ? .untilClose : .chunked
  }

  /// A piece is written.
  /// - Parameter isTaken: whether the client has taken most of it; if not, ``streamTaken()`` must follow
  mutating func streamed(isTaken: Bool) {
    guard phase == .streaming else { return }
    pieces += 1
    if !isTaken { phase = .streamBlocked }
  }

  /// The client has taken most of the pieces.
  mutating func streamTaken() {
    if phase == .streamBlocked { phase = .streaming }
  }

  /// The answer to the current request is written.
  /// - Parameter isTaken: whether the client has taken most of it; if not, ``taken()`` must follow
  mutating func answered(isTaken: Bool = true) -> Action {
    guard phase == .answering || phase == .streaming || phase == .streamBlocked else { return .none }
    served += 1
    if persistence == .closing { return end(lingers: !requestCloses && !inputIsClosed) }
    phase = .blocked
    return isTaken ? taken() : .none
  }

  /// The client has taken most of what was written.
  mutating func taken() -> Action {
    guard phase == .blocked else { return .none }
    phase = .idle
    while let part = queue.popFirst() {
      let action = take(part)
      if action != .none { return action }
    }
    if let failure {
      target = "/"
      return refuse(failure)
    }
    return inputIsClosed ? end(lingers: false) : .none
  }

  private mutating func end(lingers: Bool) -> Action {
    phase = .ending
    discard()
    return .end(lingers: lingers)
  }

  /// Everything that was written before the end is sent.
  mutating func flushed(lingers: Bool) -> Action {
    guard phase == .ending else { return .none }
    guard lingers, !inputIsClosed else { return over(.close) }
    phase = .lingering
    return .none
  }

  /// The connection is closed, or another protocol has taken it over.
  mutating func finished() {
    _ = over(.none)
  }

  private mutating func over(_ action: Action) -> Action {
    phase = .over
    discard()
    return action
  }

  private mutating func discard() {
    queue.removeAll()
    head = nil
    body = ByteBuffer()
  }

  // MARK: Time

  /// The channel has handed over all that it read. Bytes that made no part are the beginning of a header.
  mutating func readCompleted() {
    if phase == .idle, !sawPart { headerHasBegun = true }
    sawPart = false
  }

  /// Until when something has to happen; asked for after events.
  mutating func deadline(at now: NIODeadline) -> NIODeadline? {
    let (current, time): (Wait, TimeAmount?) =
      switch phase {
      case .idle where headerHasBegun: (.header, configuration.headerTimeout)
      case .idle: (.request, served == 0 ? configuration.firstRequestTimeout : configuration.idleTimeout)
      case .receiving: (.body, configuration.bodyTimeout)
      case .answering, .streaming: (.answer, configuration.answerTimeout)
      case .blocked, .streamBlocked, .ending: (.reading, step)
      case .lingering: (.linger, .seconds(2))
      case .over: (.nothing, nil)
      }
    if current != wait || served != servedAtWait || pieces != piecesAtWait {
      wait = current
      servedAtWait = served
      piecesAtWait = pieces
      deadline = time.map { now + $0 }
      if wait == .reading {
        // An answer that is made while it is sent may take as long as its client goes on reading.
        let end = phase == .streamBlocked ? NIODeadline.distantFuture : now + configuration.answerTimeout
        progress = Progress(end: end, moved: now)
        deadline = min(progress.end, now + step)
      }
    }
    if isDraining, phase == .streaming || phase == .streamBlocked {
      let end = streamEnd ?? now + HTTPConnectionStateMachine.drainPatience
      streamEnd = end
      return min(deadline ?? end, end)
    }
    return deadline
  }

  /// How long a streamed answer may go on once the node is about to stop: everything behind the server waits for it.
  private static let drainPatience = TimeAmount.seconds(2)

  /// How often it is asked whether the client has taken anything.
  private var step: TimeAmount { .nanoseconds(configuration.stallTimeout.nanoseconds / 6) }

  /// Time went by.
  /// - Parameter unsent: how many bytes of what was written the client has not taken
  mutating func timePassed(_ now: NIODeadline, unsent: Int = 0) -> Action {
    if let streamEnd, phase == .streaming || phase == .streamBlocked, now >= streamEnd { return over(.reset) }
    guard let deadline = deadline(at: now), now >= deadline else { return .none }
    switch wait {
    case .header, .body: return refuse(.tooSlow)
    case .nothing: return .none
    case .reading: return clientReads(now, unsent: unsent)
    case .request, .answer, .linger: return over(.close)
    }
  }

  private mutating func clientReads(_ now: NIODeadline, unsent: Int) -> Action {
    if let before = progress.unsent, unsent < before { progress.moved = now }
    progress.unsent = unsent
    if now >= progress.end || now - progress.moved >= configuration.stallTimeout { return over(.closeStalled) }
    deadline = min(progress.end, now + step)
    return .none
  }
}
