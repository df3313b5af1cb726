import NIOCore
import NIOWebSocket
import TocsinCore

/// A WebSocket client: performs what its ``Session`` decides, and carries what its ``Subscriber`` gets.
final class SessionHandler: ChannelDuplexHandler, Transport {
  typealias InboundIn = WebSocketFrame
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let hub: LoopHub
  var session: Session
  /// Who acts where a message names nobody.
  let actor: Actor
  private(set) var context: ChannelHandlerContext?
  let subscriber: Subscriber
  private var query: ConnectionQuery?
  private var wantsToRead = false
  /// Whether more of what was read may follow in this turn: what is sent meanwhile goes out with one flush at its end.
  private var isReading = false
  /// What the newest ping had that is not answered yet. Each one answers the earlier ones, too (RFC 6455, 5.5.3).
  private var unansweredPing: ByteBuffer?
  private var readPause: NIODeadline?

  /// A session that begins when it is in a pipeline of an active channel.
  init(_ subscriber: Subscriber, query: ConnectionQuery, actor: Actor = Actor(name: nil)) {
    self.subscriber = subscriber
    self.query = query
    self.actor = actor
    hub = subscriber.hub
    // Spreads the first pings of clients that come at once over ten seconds.
    let headStart = TimeAmount.milliseconds(Int64(subscriber.clientID.low % 10_000))
    session = Session(
      now: hub.loop.now, configuration: hub.configuration,
      headStart: min(headStart, .nanoseconds(hub.configuration.pingInterval.nanoseconds / 2)))
  }

  // MARK: The channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin() }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin()
    context.fireChannelActive()
  }

  private func begin() {
    guard let query else { return }
    self.query = nil
    if query.lastEventID != nil { session.replayBegan() }
    subscriber.begin(query, on: self)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
  }

  private func end() {
    guard context != nil else { return }
    context = nil
    let reason = session.ended()
    if query == nil { subscriber.end(reason) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let now = hub.loop.now
    isReading = true
    perform(session.received(unwrapInboundIn(data), now: now))
    readPause = session.readPause(now: now)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    finishReading()
    context.fireChannelReadComplete()
  }

  /// Sends what was held back while frames were read.
  private func finishReading() {
    guard isReading else { return }
    answerPing()
    isReading = false
    context?.flush()
  }

  /// Reading pauses while the client has used up its budget.
  func read(context: ChannelHandlerContext) {
    if readPause == nil { context.read() } else { wantsToRead = true }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength: close(.tooBig)
    case is NIOWebSocketError: close(.protocolError)
    default: context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    subscriber.writabilityChanged()
    context.fireChannelWritabilityChanged()
  }

  /// Time passed.
  func timePassed(_ now: NIODeadline) {
    finishReading()
    perform(session.tick(now: now))
    subscriber.timePassed(now)
    if readPause != nil {
      readPause = session.readPause(now: now)
      if readPause == nil, wantsToRead {
        wantsToRead = false
        context?.read()
      }
    }
  }

  // MARK: Writing

  /// Whether the socket takes more.
  var isWritable: Bool { context?.channel.isWritable ?? false }

  func send(_ message: ServerMessage) {
    send(message.encoded(in: .webSocket))
  }

  /// Sends a frame that is no event. A client that asks and does not read is closed.
  func send(_ frame: ByteBuffer) {
    guard let context else { return }
    context.write(wrapOutboundOut(frame), promise: nil)
    if !isReading { context.flush() }
    if !isWritable, unsentBytes > hub.configuration.lagLimit { close(.tooSlow) }
  }

  /// Answers a ping of that payload, once what was read with it has been gone through.
  func pinged(_ payload: ByteBuffer) {
    unansweredPing = payload
    if !isReading { answerPing() }
  }

  /// Answers the newest ping.
  func answerPing() {
    guard let payload = unansweredPing else { return }
    unansweredPing = nil
    send(OutgoingFrame.pong(payload))
  }

  /// Begins the close handshake for that reason.
  func close(_ reason: CloseReason) {
    perform(session.close(reason, now: hub.loop.now))
  }

  var unsentBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  func write(_ bytes: ByteBuffer) {
    context?.write(wrapOutboundOut(bytes), promise: nil)
  }

  func flush() {
    context?.flush()
  }

  // MARK: What the subscriber says

  var format: EventFormat { .webSocket }

  var isAlive: Bool { session.isAlive }

  func opened() {
    for action in session.opened() { perform(action) }
  }

  func replayEnded() {
    session.replayEnded()
  }

  func spend(_ cost: Int) {
    session.spend(cost, now: hub.loop.now)
  }
}
