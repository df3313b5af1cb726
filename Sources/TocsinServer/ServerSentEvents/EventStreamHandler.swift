import NIOCore
import TocsinCore

/// A client of server-sent events: carries what its ``Subscriber`` gets. It hears nothing of the client but that it goes.
final class EventStreamHandler: ChannelInboundHandler, Transport {
  typealias InboundIn = Never
  typealias OutboundOut = ByteBuffer

  /// How many reads a client may cause behind its request before it is closed: it should send nothing.
  private static let strayLimit = 16

  private let subscriber: Subscriber
  private var query: ConnectionQuery?
  private var context: ChannelHandlerContext?
  /// Why the connection ends; nil while it does not.
  private var reason: CloseReason?
  private var nextComment: NIODeadline
  private var strayReads = 0
  /// Until when the client may read what was sent before the end.
  private var end: NIODeadline?

  /// A client whose stream begins when this is in a pipeline of an active channel.
  init(_ subscriber: Subscriber, query: ConnectionQuery) {
    self.subscriber = subscriber
    self.query = query
    nextComment = subscriber.hub.loop.now + subscriber.hub.configuration.pingInterval
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
    // Clients that lose a node come back one after another, one to three seconds later.
    write(ByteBuffer(string: "retry: \(1000 + subscriber.clientID.low % 2000)\n"))
    subscriber.begin(query, on: self)
  }

  func channelInactive(context: ChannelHandlerContext) {
    ended()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    ended()
  }

  private func ended() {
    guard context != nil else { return }
    context = nil
    if query == nil { subscriber.end(reason ?? .disconnected) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Whatever it is: bytes, or what the decoder still makes of the rest of the read that brought the request.
    strayReads += 1
    if strayReads > EventStreamHandler.strayLimit { close(.protocolError) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    subscriber.writabilityChanged()
    context.fireChannelWritabilityChanged()
  }

  // MARK: Transport

  var format: EventFormat { .serverSentEvents }

  var isWritable: Bool { context?.channel.isWritable ?? false }

  var isAlive: Bool { reason == nil && context != nil }

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

  func send(_ message: ServerMessage) {
    write(message.encoded(in: format))
    flush()
    if !isWritable, unsentBytes > subscriber.hub.configuration.lagLimit { close(.tooSlow) }
  }

  func close(_ reason: CloseReason) {
    guard isAlive, let context else { return }
    self.reason = reason
    subscriber.leaveStream()
    let written = context.eventLoop.makePromise(of: Void.self)
    // A client that breaks the protocol is not asked to come back.
    let last = reason.isViolation ? ByteBuffer() : ServerMessage.reconnect(reason).encoded(in: format)
    end = subscriber.hub.loop.now + .seconds(2)
    context.writeAndFlush(wrapOutboundOut(last), promise: written)
    written.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
  }

  func opened() {}

  func replayEnded() {}

  func spend(_ cost: Int) {}

  func timePassed(_ now: NIODeadline) {
    if let end {
      if now >= end { context?.close(promise: nil) }
      return
    }
    subscriber.timePassed(now)
    guard now >= nextComment, isAlive else { return }
    nextComment = now + subscriber.hub.configuration.pingInterval
    // Says that the connection lives, to the client and to whatever is between.
    write(ByteBuffer(staticString: ":\n\n"))
    flush()
  }
}
