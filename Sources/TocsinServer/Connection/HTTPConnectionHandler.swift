import Glibc
import NIOCore
import NIOHTTP1
import TocsinEngine
import TocsinMetrics

/// Serves one HTTP/1.1 connection: asks ``HTTPConnectionStateMachine`` what to do, does it. It is the last handler of the pipeline,
/// behind the decoder; what it writes is encoded already.
///
/// Checks that fire nothing are answered within the read that brought them, with one write of prepared bytes and one
/// flush for everything that was read together. A check that fires is answered by a callback, all else by a task.
final class HTTPConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer
  typealias Decoder = ByteToMessageHandler<HTTPRequestDecoder>

  /// What all connections of a server share.
  struct Shared: Sendable {
    var configuration: ServerConfiguration
    var responder: any Responder
    var door = FrontDoor()
    var quiet: CachedResponse
    var log: RequestLog
    var budgets: ConnectionBudgets
    var browsers: BrowserAccess
  }

  /// A request that is being served.
  struct Call: Sendable {
    var method: HTTPMethod
    /// When it had arrived.
    var start: NIODeadline
    var id: RequestID
  }

  let shared: Shared
  var sequence: HTTPConnectionStateMachine
  private(set) var context: ChannelHandlerContext?
  /// The connection's loop.
  let loop: any EventLoop
  private var onEnd: (() -> Void)?
  /// How many bytes of the body that is arriving are counted.
  private var counted = 0
  /// The last host under which a request was allowed.
  private var knownHost: String?
  /// The origin that may read the answer to the current request.
  private(set) var origin: String?
  private var quiet = CachedResponse.Second(second: 0, date: "", start: ByteBuffer(), end: ByteBuffer())
  private var ids = RequestIDs()
  /// The piece of a streamed answer that waits until the client has taken most of it.
  var unsentPiece: EventLoopPromise<Void>?
  /// How the client learns where the body of a streamed answer ends.
  var streamLength = HTTPAnswer.Length.chunked
  private var needsFlush = false
  private var isReadHeld = false
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture

  /// - Parameter onEnd: called once, when the connection is closed or another protocol has taken it over
  init(_ shared: Shared, loop: any EventLoop, onEnd: @escaping () -> Void) {
    self.shared = shared
    self.loop = loop
    self.onEnd = onEnd
    sequence = HTTPConnectionStateMachine(configuration: shared.configuration)
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
    if context.channel.isWritable {
      if sequence.isBlocked { perform(sequence.taken()) }
      if sequence.isStreamBlocked { pieceTaken() }
    }
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
  func perform(_ first: HTTPConnectionStateMachine.Action) {
    var action = first
    while let context {
      switch action {
      case .none: return
      case .serve(let request): action = serve(request, context)
      case .sendContinue: return write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
      case .refuse(let refusal):
        let id = ids.next()
        let answer = Problem(refusal, configuration: shared.configuration).answer(instance: sequence.path, id: id)
        write(answer.encoded(.closing, date: second.date, id: id))
        shared.log.record(answer, method: .RAW(value: "-"), since: nil, id: id)
        return end(lingers: true, context)
      case .end(let lingers): return end(lingers: lingers, context)
      case .closeStalled:
        shared.budgets.stalled.increment()
        action = unsentPiece == nil ? .close : .reset
      case .reset:
        // Closed as usual, a body that ends with the connection would look whole.
        (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in
        }
        action = .close
      case .close:
        context.close(promise: nil)
        return
      }
    }
  }

  private func serve(
    _ received: HTTPConnectionStateMachine.ReceivedRequest, _ context: ChannelHandlerContext
  ) -> HTTPConnectionStateMachine.Action {
    var request = Request(
      head: received.head, summary: received.summary, body: received.body,
      principal: shared.door.principal(of: received.head), id: received.summary.requestID ?? ids.next())
    let call = Call(method: request.head.method, start: .now(), id: request.id)
    if var answer = refusal(of: request) ?? unpack(&request, context) {
      if request.isCheck { answer.route = RequestLog.checkRoute }
      return complete(answer, of: call)
    }
    if let transport = request.stream { return begin(transport, request, call, context) }
    let response = shared.responder.respond(to: request, Reply(call, on: self, context.eventLoop))
    return response.map { complete($0, of: call) } ?? .none
  }

  /// Sends a response that was not there at once, unless the client is gone by now.
  func finish(_ response: Response, of call: Call) {
    guard context != nil else { return }
    perform(complete(response, of: call))
    settle()
  }

  /// The answer to a request that is not served: by the host that it names, or the page that sends it. Most
  /// connections name the same host all the time, and no page.
  private func refusal(of request: Request) -> HTTPAnswer? {
    origin = nil
    let host = request.summary.host
    if request.summary.origin == nil, host == knownHost { return nil }
    switch shared.browsers.verdict(on: request) {
    case .served(let origin):
      knownHost = host
      self.origin = origin
      return nil
    case .preflight(let origin):
      self.origin = origin
      return .preflight(origin: origin)
    case .foreignHost: return Problem.foreignHost(host).answer(to: request)
    case .foreignOrigin: return Problem.foreignOrigin(request.summary.origin).answer(to: request)
    }
  }

  /// Unpacks a request's body.
  /// - Returns: the answer where that cannot be done
  private func unpack(_ request: inout Request, _ context: ChannelHandlerContext) -> HTTPAnswer? {
    guard let coding = request.summary.coding, request.body.readableBytes > 0 else { return nil }
    do throws(Problem) {
      if coding == .unknown { throw .unknownCoding }
      let inflater = BodyInflater(limit: shared.configuration.bodyLimit)
      request.body = try inflater.inflate(request.body, coding, behind: context)
      return nil
    } catch {
      return error.answer(to: request)
    }
  }

  private func complete(_ response: Response, of call: Call) -> HTTPConnectionStateMachine.Action {
    switch response {
    case .quiet:
      writeQuiet(call)
      shared.log.recordCheck(since: call.start, id: call.id)
      return sequence.answered(isTaken: context?.channel.isWritable ?? true)
    case .answer(let answer): return complete(answer, of: call)
    case .streamed(let answer): return begin(answer, of: call)
    }
  }

  /// Writes an answer.
  func complete(_ answer: HTTPAnswer, of call: Call) -> HTTPConnectionStateMachine.Action {
    var answer = answer
    if call.method == .HEAD {
      answer.announcedLength = answer.announcedLength ?? answer.body.readableBytes
      answer.body = ByteBuffer()
    }
    let size = answer.body.readableBytes
    if size > ByteBudget.small {
      if shared.budgets.answers.reserve(size) { return completeLarge(answer, of: call) }
      let route = answer.route
      answer = Problem.tooManyPending.answer(instance: sequence.path, id: call.id)
      answer.route = route
    }
    if let origin { answer.allow(origin: origin) }
    write(answer.encoded(sequence.persistence, date: second.date, id: call.id))
    return answered(answer, call)
  }

  /// Writes an answer that counts as pending until it is sent.
  private func completeLarge(_ answer: HTTPAnswer, of call: Call) -> HTTPConnectionStateMachine.Action {
    guard let context else {
      shared.budgets.answers.release(answer.body.readableBytes)
      return .none
    }
    var answer = answer
    if let origin { answer.allow(origin: origin) }
    let body = answer.body
    answer.body = ByteBuffer()
    answer.announcedLength = body.readableBytes
    write(answer.encoded(sequence.persistence, date: second.date, id: call.id))
    let sent = context.eventLoop.makePromise(of: Void.self)
    let (budget, size) = (shared.budgets.answers, body.readableBytes)
    sent.futureResult.whenComplete { _ in budget.release(size) }
    context.write(wrapOutboundOut(body), promise: sent)
    return answered(answer, call)
  }

  private func answered(_ answer: HTTPAnswer, _ call: Call) -> HTTPConnectionStateMachine.Action {
    shared.log.record(answer, method: call.method, since: call.start, id: call.id)
    return sequence.answered(isTaken: context?.channel.isWritable ?? true)
  }

  private func writeQuiet(_ call: Call) {
    let quiet = second
    let persistence = sequence.persistence
    if persistence == .persistent, origin == nil { return write(quiet.bytes(for: call.id)) }
    write(shared.quiet.encoded(persistence, date: quiet.date, id: call.id, origin: origin))
  }

  /// What answers of this second have in common.
  var second: CachedResponse.Second {
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
    unsentPiece?.fail(ChannelError.ioOnClosedChannel)
    unsentPiece = nil
    onEnd?()
    onEnd = nil
  }
}

extension HTTPConnectionHandler: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  func read(context: ChannelHandlerContext) {
    if sequence.wantsInput, context.channel.isWritable { context.read() } else { isReadHeld = true }
  }
}
