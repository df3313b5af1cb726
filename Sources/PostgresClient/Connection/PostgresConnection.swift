import CLibpq
import Synchronization

/// One connection: an actor on a thread of its own, where it waits for the server.
///
/// It runs one statement after the other. A connection whose state is not known (a lost server, a
/// cancellation without an answer) closes itself; every later call throws `connectionFailed`.
package actor PostgresConnection {
  /// What the pool may know without a hop to the thread.
  enum Health: UInt8, AtomicRepresentable {
    case idle, inTransaction, broken
  }

  /// The actor runs on the connection's thread.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let executor: ThreadExecutor
  let interrupt: Interrupt
  let statementTimeout: Duration
  nonisolated let connectedAt = ContinuousClock.now
  var handle: ConnectionHandle
  var prepared: [String: PreparedStatement] = [:]
  var parameters = ParameterBuffer()
  private let healthState = Atomic(Health.idle)
  private let onBroken: (@Sendable (PostgresConnection) -> Void)?

  init(
    _ handle: consuming ConnectionHandle,
    executor: ThreadExecutor,
    statementTimeout: Duration,
    onBroken: (@Sendable (PostgresConnection) -> Void)?
  ) {
    self.handle = consume handle
    self.executor = executor
    self.statementTimeout = statementTimeout
    self.onBroken = onBroken
    interrupt = Interrupt(wakeup: executor.wakeup)
  }

  isolated deinit {
    executor.unwatch()
  }

  /// Whether the connection is closed or lost.
  package nonisolated var isBroken: Bool { health == .broken }

  nonisolated var health: Health { healthState.load(ordering: .acquiring) }

  /// Runs a statement, prepared first if this connection has not seen it.
  /// - Parameters:
  ///   - statement: one SQL statement
  ///   - parameters: the values of `$1`, `$2` …
  /// - Throws: ``PostgresError``. When the task is cancelled the server is asked to stop the statement,
  ///   and the call throws `cancelled` unless the statement had ended before
  package func execute(
    _ statement: PostgresStatement,
    _ parameters: [PostgresValue] = []
  ) async throws(PostgresError) -> PostgresResult {
    try await cancellable { (connection) throws(PostgresError) in
      try connection.perform(statement, parameters)
    }
  }

  /// Runs any number of SQL statements in one message, without parameters and results, as a migration
  /// needs it. Without `BEGIN` in it the server makes one transaction of them.
  /// - Throws: ``PostgresError``, as ``execute(_:_:)``
  package func executeSimple(_ sql: String) async throws(PostgresError) {
    try await cancellable { (connection) throws(PostgresError) in
      _ = try connection.command(sql)
    }
  }

  /// Ends the connection. Later calls throw `connectionFailed`.
  package func close() {
    drop()
  }

  /// Runs a statement's body on this thread, and hands it the task's cancellation.
  func cancellable<T>(
    _ body: (isolated PostgresConnection) throws(PostgresError) -> T
  ) async throws(PostgresError) -> T {
    guard !Task.isCancelled else { throw PostgresError(.cancelled, "the task was cancelled before the statement") }
    let number = interrupt.begin()
    defer { interrupt.end() }
    let interrupt = interrupt
    let result = await withTaskCancellationHandler {
      do throws(PostgresError) {
        return Result<T, PostgresError>.success(try body(self))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      interrupt.cancel(number)
    }
    return try result.get()
  }

  /// Closes a connection that is of no more use.
  func drop() {
    guard healthState.exchange(.broken, ordering: .acquiringAndReleasing) != .broken else { return }
    executor.unwatch()
    handle.finish()
    prepared = [:]
    onBroken?(self)
  }

  /// Notes for the pool in which state a statement left the connection.
  func settle() {
    if handle.isBroken { return drop() }
    healthState.store(handle.isIdle ? .idle : .inTransaction, ordering: .releasing)
  }

  /// Watches the socket between statements.
  func watch() {
    executor.watch(handle.socket) { [weak self] in
      self?.assumeIsolated { $0.idleInput() }
    }
  }

  /// Something arrived while nothing runs: mostly the end of the connection, or a parameter's new value.
  private func idleInput() {
    guard handle.consumeInput(), !handle.isBusy, !handle.isBroken else { return drop() }
    handle.discardNotifications()
    watch()
  }
}
