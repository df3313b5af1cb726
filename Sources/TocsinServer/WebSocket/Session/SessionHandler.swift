import Logging
import NIOCore
import NIOWebSocket
import TocsinCore

/// Performs what a client's ``Session`` decides, and writes what the loop's hub has for the client.
final class SessionHandler: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let hub: LoopHub
  let tenant: Tenant
  let clientID: AlertID
  var session: Session
  /// Who acts where a message names nobody.
  var actor = Actor(name: nil)
  var context: ChannelHandlerContext?
  var subscriptions = Subscriptions()
  /// What this connection was sent; nil before `connected`.
  var record: SentRecord?
  /// The way from a place in the past to the live stream.
  var replay: Replay?
  /// The live stream that the client gets.
  var audience: Audience?
  /// The number of the first event that the client may not have been sent. Means something while it has an audience.
  var position: UInt64 = 0
  /// Where it stands among the loop's sessions, and among its audience's members.
  var slot = 0
  var seat = 0
  var isReplayQueued = false
  var awaitsEvents = false
  /// Since when the socket takes nothing.
  private var stalledSince: NIODeadline?
  private var isCatchingUp = false
  private var query: ConnectionQuery?
  /// What was wrong with the address, to be told after `connected`.
  var complaint: ClientError?
  private var wantsToRead = false
  /// Whether more of what was read may follow in this turn: what is sent meanwhile goes out with one flush at its end.
  private var isReading = false
  /// What the newest ping had that is not answered yet. Each one answers the earlier ones, too (RFC 6455, 5.5.3).
  private var unansweredPing: ByteBuffer?
  private var readPause: NIODeadline?

  /// A session that begins when it is in a pipeline of an active channel.
  init(hub: LoopHub, tenant: Tenant, query: ConnectionQuery, clientID: AlertID) {
    self.hub = hub
    self.tenant = tenant
    self.query = query
    self.clientID = clientID
    // Spreads the first pings of clients that come at once over ten seconds.
    let headStart = TimeAmount.milliseconds(Int64(clientID.low % 10_000))
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
    hub.add(self)
    if hub.isDraining { return close(.draining) }
    guard let newest = hub.tail.newest else { return close(.notReady) }
    complaint = query.error
    if let filter = query.filter, subscriptions.subscribe(filter, updates: query.updates) == .tooMany {
      complaint = .tooManySubscriptions
    }
    session.spend(MessageBudget.copyCost(of: subscriptions), now: hub.loop.now)
    if let place = query.lastEventID {
      session.replayBegan()
      resume(after: place)
    } else {
      welcome(at: newest)
      goLive()
    }
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
    leaveStream()
    let reason = session.ended()
    guard query == nil else { return }
    hub.remove(self)
    hub.metrics.closed(reason)
    hub.logger.debug(
      "a client is gone", metadata: ["client_id": "\(clientID)", "reason": "\(reason.rawValue)"])
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
    if context.channel.isWritable {
      stalledSince = nil
      if replay != nil {
        hub.enqueue(replayOf: self)
      } else if let audience, !isCatchingUp {
        while isWritable, lacksEvents {
          let sent = catchUp(with: audience)
          guard sent > 0 else { break }
          hub.count(sent: sent)
        }
      }
    } else {
      stalledSince = stalledSince ?? hub.loop.now
    }
    context.fireChannelWritabilityChanged()
  }

  /// Time passed.
  func timePassed(_ now: NIODeadline) {
    finishReading()
    perform(session.tick(now: now))
    if replay != nil { hub.enqueue(replayOf: self) }
    if stalledSince != nil, let audience { closeIfTooSlow(audience) }
    if let stalledSince, now - stalledSince >= hub.configuration.unreadLimit { close(.tooSlow) }
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

  /// Sends a message that is no event. A client that asks and does not read is closed.
  func send(_ frame: ByteBuffer) {
    guard let context else { return }
    context.write(wrapOutboundOut(frame), promise: nil)
    if !isReading { context.flush() }
    if !isWritable, bufferedBytes > hub.configuration.lagLimit { close(.tooSlow) }
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

  private var bufferedBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  // MARK: The live stream

  /// Whether the audience has something that the client was not sent.
  var lacksEvents: Bool { audience.map { position < $0.log.end } ?? false }

  /// Writes what the client lacks, as far as one write goes.
  /// - Returns: how many events
  func catchUp(with audience: Audience) -> Int {
    guard let context, lacksEvents else { return 0 }
    guard context.channel.isWritable else {
      closeIfTooSlow(audience)
      return 0
    }
    guard let slice = audience.log.slice(at: position, limit: LoopHub.sliceBytes) else { return 0 }
    position = slice.next
    let wasCatchingUp = isCatchingUp
    isCatchingUp = true
    context.writeAndFlush(wrapOutboundOut(slice.buffer), promise: nil)
    isCatchingUp = wasCatchingUp
    return slice.count
  }

  /// Writes everything that the client lacks, whether or not the socket takes it: what follows has to come later.
  func catchUpCompletely() {
    guard let audience, let context else { return }
    while let slice = audience.log.slice(at: position, limit: LoopHub.sliceBytes) {
      position = slice.next
      context.write(wrapOutboundOut(slice.buffer), promise: nil)
      hub.count(sent: slice.count)
    }
    context.flush()
  }

  private func closeIfTooSlow(_ audience: Audience) {
    let lag = audience.log.bytesLacking(at: position) + bufferedBytes
    let limit = hub.configuration.lagLimit
    guard lag > limit, let stalledSince else { return }
    if lag > 4 * limit || hub.loop.now - stalledSince >= hub.configuration.stallLimit { close(.tooSlow) }
  }

  /// The client gets the live stream from now on.
  func goLive() {
    replay = nil
    audience = hub.join(self)
  }

  /// The client gets nothing any more.
  func leaveStream() {
    replay = nil
    if let audience {
      self.audience = nil
      hub.leave(self, audience)
    }
  }
}
