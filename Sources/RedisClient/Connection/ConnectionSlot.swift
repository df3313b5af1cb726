import NIOCore
import Synchronization

/// The place of one connection in a client: connections come and go, the slot stays.
///
/// Callers on any thread append to one buffer under a lock; the first to do so wakes the event loop, which takes all that
/// came until then and writes it at once.
final class ConnectionSlot: Sendable {
  private enum Phase {
    case idle(RedisError)
    /// Fulfilling the promise gives the attempt up.
    case connecting(EventLoopPromise<Ended>)
    case opening(NIOLoopBound<CommandHandler>)
    case open(NIOLoopBound<CommandHandler>)
    case stopped
  }

  private struct State {
    var phase = Phase.idle(RedisError(.notConnected, "not connected yet"))
    var buffer = ByteBuffer()
    var batch: [Submission] = []
  }

  private let state = Mutex(State())
  let loop: any EventLoop
  let configuration: RedisConfiguration
  /// Called on the loop: before commands are let in, and after they are no more.
  let onChange: @Sendable (RedisConnectionState) -> Void
  /// Called after commands were let in, and after an attempt failed.
  let onAttempt: @Sendable (RedisError?) -> Void

  init(
    configuration: RedisConfiguration, loop: any EventLoop,
    onChange: @escaping @Sendable (RedisConnectionState) -> Void,
    onAttempt: @escaping @Sendable (RedisError?) -> Void
  ) {
    self.configuration = configuration
    self.loop = loop
    self.onChange = onChange
    self.onAttempt = onAttempt
  }

  // MARK: For callers

  var isOpen: Bool {
    state.withLock { if case .open = $0.phase { true } else { false } }
  }

  /// Takes commands for the connection, or says why not; then the waiter was not called.
  func submit(_ submission: Submission, write: (inout ByteBuffer) -> Void) -> RedisError? {
    let (refusal, wake) = state.withLock { state -> (RedisError?, NIOLoopBound<CommandHandler>?) in
      switch state.phase {
      case .open(let handler):
        write(&state.buffer)
        state.batch.append(submission)
        return (nil, state.batch.count == 1 ? handler : nil)
      case .idle(let error):
        return (RedisError(.notConnected, error.message), nil)
      case .connecting, .opening:
        return (RedisError(.notConnected, "the connection is being made"), nil)
      case .stopped:
        return (RedisError(.shutdown, "the client was shut down"), nil)
      }
    }
    if let wake { loop.execute { wake.value.flushSubmitted() } }
    return refusal
  }

  // MARK: For the connection's handler

  /// Moves what waits to be written out; `batch` is empty and leaves its capacity here.
  func take(into batch: inout [Submission]) -> ByteBuffer {
    state.withLock { state in
      swap(&state.batch, &batch)
      defer { state.buffer = ByteBuffer() }
      return state.buffer
    }
  }

  /// Lets commands in; answers whether the client still wants that.
  func opened(_ handler: CommandHandler) -> Bool {
    let isOpen = state.withLock { state in
      guard case .opening = state.phase else { return false }
      state.phase = .open(NIOLoopBound(handler, eventLoop: loop))
      return true
    }
    if isOpen { onAttempt(nil) }
    return isOpen
  }

  /// Lets no more commands in; those that were not written fail.
  func closed(_ reason: RedisError) {
    let left = state.withLock { state in
      if case .stopped = state.phase {} else { state.phase = .idle(reason) }
      state.buffer = ByteBuffer()
      defer { state.batch = [] }
      return state.batch
    }
    let error = RedisError(.notConnected, "the connection was lost before the command was sent: \(reason.message)")
    for submission in left { submission.waiter.fail(error) }
  }

  // MARK: For the client's run()

  func run(_ connector: Connector) async {
    await keepConnected(cap: configuration.reconnectCap) {
      state.withLock { if case .stopped = $0.phase { true } else { false } }
    } attempt: {
      let ended = await connectOnce(connector)
      if ended.usableSince == nil { onAttempt(ended.reason) }
      return ended
    }
  }

  private func connectOnce(_ connector: Connector) async -> Ended {
    let ended = loop.makePromise(of: Ended.self)
    let goesOn = state.withLock { state in
      if case .stopped = state.phase { return false }
      state.phase = .connecting(ended)
      return true
    }
    if goesOn {
      let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
      connector.connect(on: loop) { [self] channel in
        let handler = CommandHandler(slot: self, ended: ended, deadline: deadline)
        let isWanted = state.withLock { state in
          guard case .connecting = state.phase else { return false }
          state.phase = .opening(NIOLoopBound(handler, eventLoop: loop))
          return true
        }
        guard isWanted else { throw RedisError(.shutdown, "the client was shut down") }
        try channel.pipeline.syncOperations.addHandler(handler)
      }.whenFailure { [self] error in
        let reason = Connector.refusal(error)
        closed(reason)
        ended.succeed(Ended(reason: reason, usableSince: nil))
      }
    } else {
      ended.succeed(Ended(reason: RedisError(.shutdown, "the client was shut down"), usableSince: nil))
    }
    do {
      return try await ended.futureResult.get()
    } catch {
      return Ended(reason: Connector.refusal(error), usableSince: nil)
    }
  }

  /// Lets no more commands in; what is in flight is answered or times out, then the connection closes.
  func stop() {
    let phase = state.withLock { state in
      defer { state.phase = .stopped }
      return state.phase
    }
    switch phase {
    case .open(let handler), .opening(let handler): loop.execute { handler.value.drain() }
    case .connecting(let ended):
      ended.succeed(Ended(reason: RedisError(.shutdown, "the client was shut down"), usableSince: nil))
    case .idle, .stopped: break
    }
  }
}
