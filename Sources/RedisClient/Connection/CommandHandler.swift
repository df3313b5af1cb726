import NIOCore

/// The channel handler of a connection for commands: performs what ``ConnectionStateMachine`` decides.
final class CommandHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let slot: ConnectionSlot
  private let ended: EventLoopPromise<Ended>
  private let deadline: NIODeadline
  private var reader = ReplyReader()
  private var machine: ConnectionStateMachine<Waiter>
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?
  private var batch: [Submission] = []
  private var usableSince: ContinuousClock.Instant?
  private var hasEnded = false

  /// - Parameter deadline: until when the handshake must be done
  init(slot: ConnectionSlot, ended: EventLoopPromise<Ended>, deadline: NIODeadline) {
    self.slot = slot
    self.ended = ended
    self.deadline = deadline
    machine = ConnectionStateMachine(slot.configuration, now: .now())
  }

  // MARK: From the channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    schedule(at: deadline)
    var greeting = ByteBuffer()
    for command in machine.greeting { greeting.writeCommand(command) }
    context.writeAndFlush(wrapOutboundOut(greeting), promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    lost(RedisError(.connectionLost, "the connection was closed"))
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
    lost(RedisError(.connectionLost, "the server closed the connection"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    lost(RedisError(.connectionLost, "\(error)"))
  }

  // MARK: From the slot

  /// Writes all that callers submitted, in one go.
  func flushSubmitted() {
    let bytes = slot.take(into: &batch)
    guard !batch.isEmpty else { return }
    defer { batch.removeAll(keepingCapacity: true) }
    let now = NIODeadline.now()
    for submission in batch where !machine.submitted(submission.waiter, count: submission.count, now: now) {
      submission.waiter.fail(RedisError(.notConnected, "the connection was lost before the command was sent"))
    }
    guard !hasEnded, let context else { return }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  /// The client shuts down.
  func drain() {
    flushSubmitted()
    switch machine.drain() {
    case .none: break
    case .end(let ending): end(ending)
    }
  }

  // MARK: Performing decisions

  private func received(_ reply: RedisValue, now: NIODeadline) {
    switch machine.received(reply, now: now) {
    case .none: break
    case .open(let runID): open(runID: runID)
    case .deliver(let waiter, let answer, let close):
      waiter.succeed(answer)
      if close { end(.init(reason: RedisError(.shutdown, "the client was shut down"), failed: [])) }
    case .end(let ending): end(ending)
    }
  }

  private func open(runID: String) {
    usableSince = .now
    timer?.cancel()
    slot.onChange(.connected(runID: runID))
    tick()
    // If the client was stopped meanwhile its drain() comes next.
    _ = slot.opened(self)
  }

  private func tick() {
    guard let context else { return }
    let now = NIODeadline.now()
    switch machine.tick(now: now) {
    case .wait(let time): schedule(at: time)
    case .ping(let time):
      guard machine.submitted(.keepAlive, count: 1, now: now) else { return }
      var ping = ByteBuffer()
      ping.writeCommand(["PING"])
      context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
      schedule(at: time)
    case .end(let ending): end(ending)
    case .stop:
      // Only before the handshake is done can this come while the connection is there.
      let time = slot.configuration.connectTimeout
      lost(RedisError(.notConnected, "the server did not answer the log-in within \(time)"))
    }
  }

  private func schedule(at time: NIODeadline) {
    timer = context?.eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.tick() }
  }

  private func lost(_ reason: RedisError) {
    if let ending = machine.lost(reason) { end(ending) }
  }

  private func end(_ ending: ConnectionStateMachine<Waiter>.Ending) {
    guard !hasEnded else { return }
    hasEnded = true
    timer?.cancel()
    timer = nil
    // First no more commands, then the news, then those who waited: who is told can rely on the others.
    slot.closed(ending.reason)
    if usableSince != nil { slot.onChange(.disconnected(ending.reason)) }
    for failed in ending.failed { failed.waiter.fail(failed.error) }
    context?.close(promise: nil)
    ended.succeed(Ended(reason: ending.reason, usableSince: usableSince))
  }
}
