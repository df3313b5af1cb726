package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization

/// A connection that is subscribed to channels, subscribes again by itself when it is lost, and reports each gap.
///
/// `PUBLISH` reaches only those who are subscribed at that moment. So what the handler gets is a sequence of stretches
/// without a gap, each begun by ``Event/subscribed(runID:)`` and ended by ``Event/lost(_:)``; what was published between
/// two stretches has to be fetched in another way.
///
/// An idle connection is asked for a sign of life at each ping interval and counts as lost when none comes within the
/// command timeout, so a peer that went away without a word is noticed.
package final class RedisSubscriber: Service, Sendable {
  /// What happens on the subscription.
  package enum Event: Sendable, Hashable {
    /// All channels are subscribed. Messages between the last ``lost(_:)``, or the beginning, and this are missing.
    case subscribed(runID: String)
    /// A message came. (The first of several channels may deliver some before all of them are ``subscribed(runID:)``.)
    case message(channel: String, payload: ByteBuffer)
    /// The subscription is gone; messages are being missed from some moment before this one.
    case lost(RedisError)
    /// The server answers, and refuses the log-in, or one of the channels.
    case refused(RedisError)
  }

  private enum Phase {
    case idle
    case connecting(EventLoopPromise<Ended>)
    case connected(NIOLoopBound<SubscriberHandler>)
    case stopped
  }

  private let phase = Mutex(Phase.idle)
  private let configuration: RedisConfiguration
  private let channels: [String]
  private let loop: any EventLoop
  private let pingInterval: Duration
  private let journal: ConnectionLog
  private let handler: @Sendable (Event) -> Void

  /// A subscriber that connects once ``run()`` is called.
  /// - Parameters:
  ///   - channels: the names of the channels, at least one; each once
  ///   - pingInterval: after how much silence to ask for a sign of life
  ///   - handler: called on the connection's event loop (always the same), in order; must not block. Not called for
  ///     attempts that failed, but those that the server itself refused, nor for the shutdown.
  package init(
    configuration: RedisConfiguration, channels: [String], eventLoopGroup: any EventLoopGroup, logger: Logger,
    pingInterval: Duration = .seconds(5), handler: @escaping @Sendable (Event) -> Void
  ) {
    precondition(!channels.isEmpty, "a subscriber has a channel")
    self.configuration = configuration
    self.channels = channels
    self.pingInterval = pingInterval
    self.handler = handler
    loop = eventLoopGroup.next()
    journal = ConnectionLog(logger: logger, server: configuration.description)
  }

  /// Keeps the subscription until graceful shutdown or cancellation. Can be called once.
  /// - Throws: ``RedisError`` when the TLS configuration cannot be used
  package func run() async throws {
    let connector = try Connector(configuration)
    await withTaskCancellationOrGracefulShutdownHandler {
      await keepConnected(cap: configuration.reconnectCap) {
        phase.withLock { if case .stopped = $0 { true } else { false } }
      } attempt: {
        let ended = await connectOnce(connector)
        if ended.usableSince == nil {
          journal.failed(ended.reason)
          if ended.reason.code == .serverError { loop.execute { [handler] in handler(.refused(ended.reason)) } }
        }
        return ended
      }
    } onCancelOrGracefulShutdown: {
      self.stop()
    }
  }

  private func connectOnce(_ connector: Connector) async -> Ended {
    let ended = loop.makePromise(of: Ended.self)
    let goesOn = phase.withLock { phase in
      if case .stopped = phase { return false }
      phase = .connecting(ended)
      return true
    }
    if goesOn {
      let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
      connector.connect(on: loop) { [self] channel in
        let machine = SubscriberStateMachine(
          configuration, channels: channels, pingInterval: pingInterval, now: .now())
        let handler = SubscriberHandler(machine: machine, deadline: deadline, ended: ended, report: report)
        let isWanted = phase.withLock { phase in
          guard case .connecting = phase else { return false }
          phase = .connected(NIOLoopBound(handler, eventLoop: loop))
          return true
        }
        guard isWanted else { throw Self.stopped.reason }
        try channel.pipeline.syncOperations.addHandler(handler)
      }.whenFailure { error in
        ended.succeed(Ended(reason: Connector.refusal(error), usableSince: nil))
      }
    } else {
      ended.succeed(Self.stopped)
    }
    do {
      return try await ended.futureResult.get()
    } catch {
      return Ended(reason: Connector.refusal(error), usableSince: nil)
    }
  }

  private func report(_ event: Event) {
    switch event {
    case .subscribed(let runID): journal.changed(.connected(runID: runID))
    case .lost(let error): journal.changed(.disconnected(error))
    case .message, .refused: break
    }
    handler(event)
  }

  private func stop() {
    let phase = phase.withLock { phase in
      defer { phase = .stopped }
      return phase
    }
    switch phase {
    case .connected(let handler): loop.execute { handler.value.stop() }
    case .connecting(let ended): ended.succeed(Self.stopped)
    case .idle, .stopped: break
    }
  }

  private static let stopped = Ended(
    reason: RedisError(.shutdown, "the subscriber was shut down"), usableSince: nil)
}
