import Support
import Synchronization

extension PostgresConnection {
  /// Opens a connection of its own, outside of any pool: for a migration or an advisory lock.
  /// - Throws: ``PostgresError`` with `connectionFailed`, or `cancelled` when the task is
  package static func connect(_ configuration: PostgresConfiguration) async throws(PostgresError) -> PostgresConnection
  {
    try await open(configuration, onBroken: nil)
  }

  /// Opens a connection on its new thread.
  ///
  /// A cancelled task does not wait for the connection: what comes of it later is closed there.
  /// - Parameter onBroken: called on the connection's thread when it is lost or closed
  static func open(
    _ configuration: PostgresConfiguration,
    onBroken: (@Sendable (PostgresConnection) -> Void)?
  ) async throws(PostgresError) -> PostgresConnection {
    let executor = try thread()
    let attempt = Attempt()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard attempt.begin(continuation) else { return }
        executor.submit {
          do throws(PostgresError) {
            let connection = PostgresConnection(
              try ConnectionHandle(configuration),
              executor: executor,
              statementTimeout: configuration.statementTimeout,
              onBroken: onBroken
            )
            connection.assumeIsolated { $0.watch() }
            attempt.end(.success(connection))
          } catch {
            attempt.end(.failure(error))
          }
        }
      }
    } onCancel: {
      attempt.end(.failure(PostgresError(.cancelled, "the task was cancelled while connecting")))
    }
    return try result.get()
  }

  private static func thread() throws(PostgresError) -> ThreadExecutor {
    do throws(SystemError) {
      return try ThreadExecutor(name: "pg-connection")
    } catch {
      throw PostgresError(.connectionFailed, "there is no thread for another connection: \(error)")
    }
  }

  /// Resumes the waiting task with whatever comes first: the connection, or the task's cancellation.
  private final class Attempt: Sendable {
    typealias Outcome = Result<PostgresConnection, PostgresError>

    private enum State {
      case new
      case waiting(CheckedContinuation<Outcome, Never>)
      case ended(Outcome)
    }

    private let state = Mutex(State.new)

    /// - Returns: false when the attempt ended before it began
    func begin(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
      let early: Outcome? = state.withLock { state in
        if case .ended(let outcome) = state { return outcome }
        state = .waiting(continuation)
        return nil
      }
      if let early { continuation.resume(returning: early) }
      return early == nil
    }

    func end(_ outcome: Outcome) {
      let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
        switch state {
        case .new:
          state = .ended(outcome)
          return nil
        case .waiting(let continuation):
          state = .ended(.failure(PostgresError(.cancelled, "the attempt has ended")))
          return continuation
        case .ended: return nil
        }
      }
      waiting?.resume(returning: outcome)
    }
  }
}
