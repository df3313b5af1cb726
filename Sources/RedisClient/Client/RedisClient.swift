package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization

/// A client of one Redis server that keeps its connections by itself.
///
/// Commands of any number of tasks are pipelined: what is issued in one turn of the event loop goes out in one write, so
/// a connection carries the more, the more tasks use it. More connections pay where replies are large, or where one core
/// is not enough for the connection's event loop.
///
/// **Order.** Commands that one task sends one after the other are executed in that order. Those of different tasks
/// are in no order, and with several connections neither are those that a task sends at the same time.
///
/// **Retries** belong to the caller. While there is no connection a command fails at once with
/// ``RedisError/Code/notConnected``; only before the very first attempt to connect has ended it waits for that attempt, at
/// most the connect timeout. A command in flight when the connection is lost fails with
/// ``RedisError/Code/connectionLost``: it may have been executed. A command without a reply in time fails with
/// ``RedisError/Code/timeout`` and ends its connection, since later replies could not be told apart.
///
/// **Cancellation.** A task that waits for a reply waits on when it is cancelled (the command cannot be called back); the
/// command timeout bounds that.
package final class RedisClient: Service, Sendable {
  private let slots: [ConnectionSlot]
  private let turn = Atomic<Int>(0)
  private let presence: Presence
  private let configuration: RedisConfiguration
  private let hasRun = Atomic<Bool>(false)

  /// A client that connects once ``run()`` is called.
  /// - Parameters:
  ///   - connections: how many connections to keep, at least one
  ///   - eventLoopGroup: its loops share the connections
  ///   - onStateChange: called for every connection that was made, before any command of a caller is sent on it, and
  ///     for every one that was lost, before those who waited for replies are told; also for each attempt that the server
  ///     itself refused, not for others that failed. Must not block: what concerns a connection is called on its event
  ///     loop.
  package init(
    configuration: RedisConfiguration, connections: Int = 1, eventLoopGroup: any EventLoopGroup, logger: Logger,
    onStateChange: (@Sendable (RedisConnectionState) -> Void)? = nil
  ) {
    let presence = Presence()
    let journal = ConnectionLog(logger: logger, server: configuration.description)
    self.configuration = configuration
    self.presence = presence
    slots = (0..<max(1, connections)).map { _ in
      ConnectionSlot(configuration: configuration, loop: eventLoopGroup.next()) { change in
        journal.changed(change)
        onStateChange?(change)
      } onAttempt: { error in
        if let error {
          journal.failed(error)
          if error.code == .serverError { onStateChange?(.refused(error)) }
        }
        presence.attempted(error)
      }
    }
  }

  /// Keeps the connections until graceful shutdown or cancellation; then takes no more commands and returns after those in
  /// flight were answered or timed out. Can be called once.
  /// - Throws: ``RedisError`` when the TLS configuration cannot be used, or for a second call
  package func run() async throws {
    guard !hasRun.exchange(true, ordering: .relaxed) else {
      throw RedisError(.shutdown, "run() can be called once")
    }
    defer { stop() }
    let connector = try Connector(configuration)
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for slot in slots { group.addTask { await slot.run(connector) } }
      }
    } onCancelOrGracefulShutdown: {
      self.stop()
    }
  }

  private func stop() {
    for slot in slots { slot.stop() }
    presence.stop()
  }

  /// Whether at least one connection can take commands.
  package var isConnected: Bool {
    slots.contains { $0.isOpen }
  }

  /// Waits until a connection can take commands.
  /// - Throws: ``RedisError/Code/serverError`` when the server refuses the log-in or the database (the client goes on
  ///   trying nevertheless), ``RedisError/Code/shutdown`` when the client was shut down, ``RedisError/Code/notConnected``
  ///   when the task is cancelled
  package func waitUntilConnected() async throws(RedisError) {
    let id = presence.newID()
    let error = await withTaskCancellationHandler {
      await presence.wait(.connection, as: id) { isConnected }
    } onCancel: {
      presence.giveUp(id, Presence.cancelled)
    }
    if let error { throw error }
  }

  // MARK: Commands

  /// Sends a command and waits for its reply.
  /// - Parameter arguments: the command's name and its arguments
  /// - Returns: the reply, which is never ``RedisValue/error(_:)`` itself (errors inside an array are left in place)
  /// - Throws: ``RedisError``; an error reply is ``RedisError/Code/serverError`` or ``RedisError/Code/away``
  package func send(_ arguments: [RedisArgument]) async throws(RedisError) -> RedisValue {
    precondition(!arguments.isEmpty, "a command has a name")
    var result = await submitOne(arguments)
    if case .failure(let error) = result, error.code == .notConnected, presence.isBeforeFirstAttempt {
      await waitForFirstAttempt()
      result = await submitOne(arguments)
    }
    let value = try result.get()
    if let failure = value.failure { throw failure }
    return value
  }

  /// Sends commands in one write on one connection, and waits for all replies.
  ///
  /// The commands are executed in their order, others may come between them. When the connection is lost all that is
  /// known is that any of them may have been executed.
  /// - Returns: one reply for each command; error replies are values
  /// - Throws: ``RedisError``; ``RedisError/Code/away`` when one of the replies says so
  package func pipeline(_ commands: [[RedisArgument]]) async throws(RedisError) -> [RedisValue] {
    precondition(!commands.contains([]), "a command has a name")
    guard !commands.isEmpty else { return [] }
    var result = await submitMany(commands)
    if case .failure(let error) = result, error.code == .notConnected, presence.isBeforeFirstAttempt {
      await waitForFirstAttempt()
      result = await submitMany(commands)
    }
    return try result.get()
  }

  private func submitOne(_ arguments: [RedisArgument]) async -> Result<RedisValue, RedisError> {
    await withCheckedContinuation { continuation in
      submit(Submission(waiter: .one(continuation), count: 1)) { $0.writeCommand(arguments) }
    }
  }

  private func submitMany(_ commands: [[RedisArgument]]) async -> Result<[RedisValue], RedisError> {
    await withCheckedContinuation { continuation in
      submit(Submission(waiter: .many(continuation), count: commands.count)) { buffer in
        for command in commands { buffer.writeCommand(command) }
      }
    }
  }

  /// Gives the commands to the next connection in turn that takes them.
  private func submit(_ submission: Submission, write: (inout ByteBuffer) -> Void) {
    let first = slots.count == 1 ? 0 : turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max
    var refusal: RedisError?
    for offset in 0..<slots.count {
      refusal = slots[(first % slots.count + offset) % slots.count].submit(submission, write: write)
      guard refusal != nil else { return }
    }
    if let refusal { submission.waiter.fail(refusal) }
  }

  private func waitForFirstAttempt() async {
    let id = presence.newID()
    let timer = slots[0].loop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) { [presence] in
      presence.giveUp(id, RedisError(.notConnected, "not connected in time"))
    }
    // What the wait ends with does not matter: the next try to send knows.
    _ = await presence.wait(.firstAttempt, as: id) { false }
    timer.cancel()
  }
}
