import NIOCore
import NIOHTTP1
import TocsinEngine
import TocsinMetrics

/// Serves one HTTP/1.1 connection: asks ``RequestSequence`` what to do, does it. It is the last handler of the pipeline,
/// behind the decoder; what it writes is encoded already.
///
/// Checks that fire nothing are answered within the read that brought them, with one write of prepared bytes and one
/// flush for everything that was read together. A check that fires is answered by a callback, all else by a task.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer
  typealias Decoder = ByteToMessageHandler<HTTPRequestDecoder>

  /// What all connections of a server share.
  struct Shared: Sendable {
    var configuration: ServerConfiguration
    var server: any RequestServer
    var quiet: QuietAnswer
    var log: RequestLog
    var budgets: ConnectionBudgets
    var browsers: BrowserAccess
  }

  let shared: Shared
  var sequence: RequestSequence
  private var context: ChannelHandlerContext?
  private var onEnd: (() -> Void)?
  /// How many bytes of the body that is arriving are counted.
  private var counted = 0
  /// The last host under which a request was allowed.
  private var knownHost: String?
  /// The origin that may read the answer to the current request.
  private var origin: String?
  private var quiet = QuietAnswer.Second(second: 0, date: "", bytes: ByteBuffer())
  private var needsFlush = false
  private var isReadHeld = false
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture

  /// - Parameter onEnd: called once, when the connection is closed or another protocol has taken it over
  init(_ shared: Shared, onEnd: @escaping () -> Void) {
    self.shared = shared
    self.onEnd = onEnd
    sequence = RequestSequence(configuration: shared.configuration)
  }

  // MARK: Events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { updateTimer() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish()
  }

  func channelActive(context: ChannelHandlerContext) {
    updateTimer()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    perform(sequence.received(unwrapInboundIn(data)))
    if counted > 0 || sequence.bodyBytes > ByteBudget.small { countBody() }
  }

  /// Brings the count of bodies that are arriving up to date.
  private func countBody() {
    let bytes = sequence.bodyBytes > ByteBudget.small ? sequence.bodyBytes : 0
    if bytes <= counted {
      shared.budgets.bodies.release(counted - bytes)
      counted = bytes
    } else if shared.budgets.bodies.reserve(bytes - counted) {
      counted = bytes
    } else {
      perform(sequence.bodyDoesNotFit())
      shared.budgets.bodies.release(counted)
      counted = 0
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    sequence.readCompleted()
    settle()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if sequence.isBlocked, context.channel.isWritable { perform(sequence.taken()) }
    settle()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is HTTPParserError: perform(sequence.failed(Refusal(error)))
    case is ByteToMessageDecoderError: break
    default: perform(.close)
    }
    settle()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed: perform(sequence.inputClosed())
    case is ChannelShouldQuiesceEvent: perform(sequence.drain())
    default: return context.fireUserInboundEventTriggered(event)
    }
    settle()
  }

  // MARK: Actions

  /// Does what the sequence asks for, and what that leads to.
  func perform(_ first: RequestSequence.Action) {
    var action = first
    while let context {
      switch action {
      case .none: return
      case .serve(let request): action = serve(request, context)
      case .sendContinue: return write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
      case .refuse(let refusal):
        let answer = Problem(refusal, configuration: shared.configuration).answer(instance: sequence.path)
        write(answer.encoded(.closing, date: second.date))
        shared.log.record(answer, method: .RAW(value: "-"), since: nil)
        return end(lingers: true, context)
      case .end(let lingers): return end(lingers: lingers, context)
      case .closeStalled:
        shared.budgets.stalled.increment()
        action = .close
      case .close:
        context.close(promise: nil)
        return
      }
    }
  }

  private func serve(_ original: RequestSequence.Request, _ context: ChannelHandlerContext) -> RequestSequence.Action {
    let start = NIODeadline.now()
    var request = original
    if var answer = refusal(of: request) ?? unpack(&request, context) {
      if request.isCheck { answer.route = RequestLog.checkRoute }
      return complete(answer, to: request.head.method, since: start)
    }
    if request.isCheck {
      switch request.body.withUnsafeReadableBytes({ shared.server.begin(check: $0) }) {
      case .quiet:
        writeQuiet()
        shared.log.recordCheck(since: start)
        return sequence.answered(isTaken: context.channel.isWritable)
      case .answered(let answer):
        return complete(answer, to: request.head.method, since: start)
      case .pending(let work):
        // Tasks, if any, on the loop itself: what is left of a check mostly waits for others.
        let loop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: loop)
        let method = request.head.method
        work(LoopTaskExecutor(loop)) { outcome in
          loop.execute { handler.value.finish(outcome(), to: method, since: start) }
        }
        return .none
      }
    }
    if request.isHandshake {
      return upgrade(request, since: start, context)
    }
    let server = shared.server
    let channel = context.channel
    let served = request
    let answer = context.eventLoop.makeFutureWithTask { await server.respond(to: served, on: channel) }
    wait(for: answer, method: request.head.method, since: start)
    return .none
  }

  /// Answers when the work is done, unless the client is gone by then.
  private func wait(for answer: EventLoopFuture<Answer>, method: HTTPMethod, since start: NIODeadline) {
    answer.assumeIsolated().whenSuccess { self.finish($0, to: method, since: start) }
  }

  private func finish(_ answer: Answer, to method: HTTPMethod, since start: NIODeadline) {
    guard context != nil else { return }
    perform(complete(answer, to: method, since: start))
    settle()
  }

  /// The answer to a request that is not served: by the host that it names, or the page that sends it. Most
  /// connections name the same host all the time, and no page.
  private func refusal(of request: RequestSequence.Request) -> Answer? {
    origin = nil
    let host = request.traits.host
    if request.traits.origin == nil, host == knownHost { return nil }
    switch shared.browsers.verdict(on: request) {
    case .served(let origin):
      knownHost = host
      self.origin = origin
      return nil
    case .preflight(let origin):
      self.origin = origin
      return .preflight(origin: origin)
    case .foreignHost: return Problem.foreignHost(host).answer(instance: sequence.path)
    case .foreignOrigin: return Problem.foreignOrigin(request.traits.origin).answer(instance: sequence.path)
    }
  }

  /// Unpacks a request's body.
  /// - Returns: the answer where that cannot be done
  private func unpack(_ request: inout RequestSequence.Request, _ context: ChannelHandlerContext) -> Answer? {
    guard let coding = request.traits.coding, request.body.readableBytes > 0 else { return nil }
    do throws(Problem) {
      if coding == .unknown { throw .unknownCoding }
      let inflater = BodyInflater(limit: shared.configuration.bodyLimit)
      request.body = try inflater.inflate(request.body, coding, behind: context)
      return nil
    } catch {
      return error.answer(instance: sequence.path)
    }
  }

  /// Writes an answer.
  func complete(_ answer: Answer, to method: HTTPMethod, since start: NIODeadline) -> RequestSequence.Action {
    var answer = answer
    let size = answer.body.readableBytes
    if size > ByteBudget.small {
      if shared.budgets.answers.reserve(size) { return completeLarge(answer, to: method, since: start) }
      let route = answer.route
      answer = Problem.tooManyPending.answer(instance: sequence.path)
      answer.route = route
    }
    if let origin { answer.allow(origin: origin) }
    write(answer.encoded(sequence.persistence, date: second.date))
    return answered(answer, to: method, since: start)
  }

  /// Writes an answer that counts as pending until it is sent.
  private func completeLarge(
    _ answer: Answer, to method: HTTPMethod, since start: NIODeadline
  ) -> RequestSequence.Action {
    guard let context else {
      shared.budgets.answers.release(answer.body.readableBytes)
      return .none
    }
    var answer = answer
    if let origin { answer.allow(origin: origin) }
    let body = answer.body
    answer.body = ByteBuffer()
    answer.announcedLength = body.readableBytes
    write(answer.encoded(sequence.persistence, date: second.date))
    let sent = context.eventLoop.makePromise(of: Void.self)
    let (budget, size) = (shared.budgets.answers, body.readableBytes)
    sent.futureResult.whenComplete { _ in budget.release(size) }
    context.write(wrapOutboundOut(body), promise: sent)
    return answered(answer, to: method, since: start)
  }

  private func answered(_ answer: Answer, to method: HTTPMethod, since start: NIODeadline) -> RequestSequence.Action {
    shared.log.record(answer, method: method, since: start)
    return sequence.answered(isTaken: context?.channel.isWritable ?? true)
  }

  private func writeQuiet() {
    let quiet = second
    let persistence = sequence.persistence
    if persistence == .persistent, origin == nil { return write(quiet.bytes) }
    write(shared.quiet.encoded(persistence, date: quiet.date, origin: origin))
  }

  /// What answers of this second have in common.
  private var second: QuietAnswer.Second {
    let now = HTTPDate.now
    if quiet.second != now { quiet = shared.quiet.bytes(at: now) }
    return quiet
  }

  func write(_ bytes: ByteBuffer) {
    needsFlush = true
    context?.write(wrapOutboundOut(bytes), promise: nil)
  }

  /// The channel and its pipeline, while this handler is in it.
  var handlerPipeline: (channel: any Channel, operations: ChannelPipeline.SynchronousOperations)? {
    context.map { ($0.channel, $0.pipeline.syncOperations) }
  }

  func flush() {
    guard needsFlush else { return }
    needsFlush = false
    context?.flush()
  }

  private func end(lingers: Bool, _ context: ChannelHandlerContext) {
    needsFlush = false
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.assumeIsolated().whenComplete { _ in
      guard let context = self.context else { return }
      self.perform(self.sequence.flushed(lingers: lingers))
      if lingers { context.close(mode: .output, promise: nil) }
      self.settle()
    }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
  }

  // MARK: Reading and time

  /// After events: sends what was written, reads on or not, looks at the time.
  func settle() {
    flush()
    guard let context else { return }
    if isReadHeld, sequence.wantsInput, context.channel.isWritable {
      isReadHeld = false
      context.read()
    }
    updateTimer()
  }

  private func updateTimer() {
    guard let context, let deadline = sequence.deadline(at: context.eventLoop.now) else { return }
    if timer != nil {
      guard deadline < timerDeadline else { return }
      timer?.cancel()
    }
    timerDeadline = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timer = nil
      guard let context = self.context else { return }
      self.perform(self.sequence.timePassed(context.eventLoop.now, unsent: self.unsentBytes))
      self.settle()
    }
  }

  /// How many bytes the socket has not taken.
  private var unsentBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// Leaves the connection to others, or to nobody.
  func finish() {
    timer?.cancel()
    timer = nil
    sequence.finished()
    if counted > 0 { countBody() }
    context = nil
    onEnd?()
    onEnd = nil
  }
}

extension ConnectionHandler: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  func read(context: ChannelHandlerContext) {
    if sequence.wantsInput, context.channel.isWritable { context.read() } else { isReadHeld = true }
  }
}

extension RequestSequence.Request {
  /// Whether this request takes the way of a check.
  var isCheck: Bool {
    head.method == .POST && traits.isJSON && head.uri == "/api/alerts/check"
  }

  /// Whether this request asks for the alert stream.
  var isHandshake: Bool {
    traits.wantsWebSocket && head.method == .GET
      && (head.uri == "/ws/alerts" || head.uri.hasPrefix("/ws/alerts?"))
  }
}
