package import Logging
import ServiceLifecycle
import Synchronization

/// A fixed number of connections, kept open by ``run()``.
///
/// Who finds none free waits in line, for a limited time. A connection that broke is replaced, with full
/// jitter of at most 500 ms between attempts.
package final class PostgresPool: Service, Sendable {
  typealias Waiter = CheckedContinuation<Result<PostgresConnection, PostgresError>, Never>

  let configuration: PostgresConfiguration
  let logger: Logger
  let onStateChange: (@Sendable (Bool) -> Void)?
  let machine: Mutex<PoolStateMachine<PostgresConnection, Waiter>>
  /// Wakes ``run()`` to look at the state machine.
  let changes: AsyncStream<Void>
  let changed: AsyncStream<Void>.Continuation
  private let acquireTimeout: Duration

  /// Makes a pool; it opens nothing before ``run()``.
  /// - Parameters:
  ///   - configuration: where the server is
  ///   - size: how many connections it keeps open
  ///   - acquireTimeout: how long a caller waits for a free connection at most
  ///   - logger: hears when the database comes and goes
  ///   - onStateChange: called from ``run()``: true when the first connection is up, false when the last is gone
  package init(
    configuration: PostgresConfiguration,
    size: Int = 8,
    acquireTimeout: Duration = .seconds(1),
    logger: Logger,
    onStateChange: (@Sendable (Bool) -> Void)? = nil
  ) {
    self.configuration = configuration
    self.acquireTimeout = acquireTimeout
    self.logger = logger
    self.onStateChange = onStateChange
    machine = Mutex(PoolStateMachine(size: size))
    (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Whether at least one connection is up.
  package var isConnected: Bool { machine.withLock { $0.open > 0 } }

  /// How many connections are open, how many of these are free, and how many callers wait for one.
  package var statistics: (size: Int, idle: Int, waiting: Int) {
    machine.withLock { ($0.open, $0.idleCount, $0.waitingCount) }
  }

  /// Runs one statement on a free connection: one round trip once it is prepared there.
  ///
  /// A connection that turns out to be dead before anything was sent is passed over for another one.
  /// - Throws: ``PostgresError``, `poolTimeout` among them
  package nonisolated(nonsending) func execute(
    _ statement: PostgresStatement,
    _ parameters: [PostgresValue] = []
  ) async throws(PostgresError) -> PostgresResult {
    let deadline = ContinuousClock.now + acquireTimeout
    while true {
      let connection = try await lease(until: deadline)
      defer { giveBack(connection) }
      do throws(PostgresError) {
        return try await connection.execute(statement, parameters)
      } catch {
        guard error.code == .connectionFailed, ContinuousClock.now < deadline else { throw error }
      }
    }
  }

  /// Lends one connection to the body alone. One that comes back within a transaction is closed.
  /// - Throws: what the body throws, or ``PostgresError`` when there was no connection
  package func withConnection<T: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> T
  ) async throws -> T {
    let connection = try await lease(until: .now + acquireTimeout)
    defer { giveBack(connection) }
    return try await body(connection)
  }

  /// Runs the body between `BEGIN` and `COMMIT` on one connection; when it throws, `ROLLBACK`.
  /// - Throws: what the body throws, or ``PostgresError``: `connectionLost` at the commit means that it
  ///   may have been executed
  package func withTransaction<T: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> T
  ) async throws -> T {
    let deadline = ContinuousClock.now + acquireTimeout
    while true {
      let connection = try await lease(until: deadline)
      defer { giveBack(connection) }
      do throws(PostgresError) {
        try await connection.executeSimple("BEGIN")
      } catch {
        guard error.code == .connectionFailed, ContinuousClock.now < deadline else { throw error }
        continue
      }
      return try await connection.finishTransaction(body)
    }
  }
}
