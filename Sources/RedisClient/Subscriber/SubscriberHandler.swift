import NIOCore

/// The channel handler of a subscribed connection: performs what ``SubscriberStateMachine`` decides.
final class SubscriberHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let report: @Sendable (RedisSubscriber.Event) -> Void
  private let ended: EventLoopPromise<Ended>
  private let deadline: NIODeadline
  private var reader = ReplyReader()
  private var machine: SubscriberStateMachine
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?
  private var usableSince: ContinuousClock.Instant?
  private var hasEnded = false

  /// - Parameters:
  ///   - ended: fulfilled when the connection is lost, or could not be used; fulfilling it elsewhere ends nothing
  ///   - deadline: until when the handshake must be done
  init(
    machine: SubscriberStateMachine, deadline: NIODeadline, ended: EventLoopPromise<Ended>,
    report: @escaping @Sendable (RedisSubscriber.Event) -> Void
  ) {
    self.machine = machine
    self.deadline = deadline
    self.ended = ended
    self.report = report
  }

  // MARK: From the channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    schedule(at: deadline)
    send(machine.greeting)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    lost(RedisError(.connectionLost, "the connection was closed", mayHaveBeenExecuted: false))
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let now = NIODeadline.now()
    do throws(RedisError) {
      try reader.read(unwrapInboundIn(data)) { reply in
        received(reply, now: now)
        return !hasEnded
      }
    } catch {
      lost(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    lost(RedisError(.connectionLost, "the server closed the connection", mayHaveBeenExecuted: false))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    lost(RedisError(.connectionLost, "\(error)", mayHaveBeenExecuted: false))
  }

  /// The subscriber shuts down: close without a report.
  func stop() {
    lost(RedisError(.shutdown, "the subscriber was shut down"))
  }

  // MARK: Performing decisions

  private func received(_ reply: RedisValue, now: NIODeadline) {
    switch machine.received(reply, now: now) {
    case .none: break
    case .message(let channel, let payload): report(.message(channel: channel, payload: payload))
    case .subscribe(let command):
      timer?.cancel()
      send([command])
      tick()
    case .subscribed(let runID):
      usableSince = .now
      report(.subscribed(runID: runID))
    case .end(let error): end(error)
    }
  }

  private func tick() {
    switch machine.tick(now: .now()) {
    case .wait(let time): schedule(at: time)
    case .ping(let time):
      send([["PING"]])
      schedule(at: time)
    case .end(let error): end(error)
    case .stop: lost(RedisError(.notConnected, "the server did not answer the log-in in time"))
    }
  }

  private func schedule(at time: NIODeadline) {
    timer = context?.eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.tick() }
  }

  private func send(_ commands: [[RedisArgument]]) {
    var bytes = ByteBuffer()
    for command in commands { bytes.writeCommand(command) }
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  private func lost(_ reason: RedisError) {
    if machine.lost() { end(reason) }
  }

  private func end(_ reason: RedisError) {
    guard !hasEnded else { return }
    hasEnded = true
    timer?.cancel()
    timer = nil
    context?.close(promise: nil)
    if usableSince != nil, reason.code != .shutdown { report(.lost(reason)) }
    ended.succeed(Ended(reason: reason, usableSince: usableSince))
  }
}
