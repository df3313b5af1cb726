import LocalServers
import Logging
import Synchronization
import Testing

@testable import PostgresClient

/// One server for all tests that do it no harm.
enum Shared {
  static let server = Result { try LocalPostgres.start(settings: ["fsync": "off"]) }

  static func configuration() throws -> PostgresConfiguration {
    try PostgresConfiguration(url: server.get().url)
  }

  static func connection() async throws -> PostgresConnection {
    try await PostgresConnection.connect(configuration())
  }
}

/// Runs a pool for the length of the body, which starts when the pool is connected.
func withPool<T: Sendable>(
  _ configuration: PostgresConfiguration,
  size: Int = 2,
  acquireTimeout: Duration = .seconds(120),
  _ body: @Sendable (PostgresPool, StateSignal) async throws -> T
) async throws -> T {
  let states = StateSignal()
  let pool = PostgresPool(
    configuration: configuration,
    size: size,
    acquireTimeout: acquireTimeout,
    logger: Logger(label: "test"),
    onStateChange: { states.change($0) }
  )
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await pool.run() }
    await states.wait(for: true)
    defer { group.cancelAll() }
    return try await body(pool, states)
  }
}

/// Lets a test wait until a pool says that it is up, or down.
final class StateSignal: Sendable {
  private struct State {
    var isUp = false
    var waiters: [(wanted: Bool, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  func change(_ isUp: Bool) {
    let ready = state.withLock { state in
      state.isUp = isUp
      let ready = state.waiters.filter { $0.wanted == isUp }
      state.waiters.removeAll { $0.wanted == isUp }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  func wait(for wanted: Bool) async {
    await withCheckedContinuation { continuation in
      let isNow = state.withLock { state in
        if state.isUp != wanted { state.waiters.append((wanted, continuation)) }
        return state.isUp == wanted
      }
      if isNow { continuation.resume() }
    }
  }
}

/// The error that the body throws.
func failure<T>(_ body: () async throws -> T) async throws -> PostgresError {
  try #require(await #expect(throws: PostgresError.self) { _ = try await body() })
}

/// One row, one column.
func scalar(
  _ connection: PostgresConnection, _ sql: String, _ parameters: [PostgresValue] = []
) async throws
  -> PostgresValue
{
  let result = try await connection.execute(PostgresStatement(sql, name: sql), parameters)
  return try #require(result.rows.first)[0]
}
