import LocalServers
import Logging
import NIOPosix
import RedisClient
import Synchronization

/// What a client or a subscriber reported, to wait for.
final class Reports<Report: Sendable>: Sendable {
  private let stream: AsyncStream<Report>
  private let source: AsyncStream<Report>.Continuation

  init() {
    (stream, source) = AsyncStream.makeStream()
  }

  func add(_ report: Report) { source.yield(report) }

  /// The next report that is looked for; those before it are dropped. `nil` only when the test is cancelled.
  func next<Found: Sendable>(_ find: (Report) -> Found?) async -> Found? {
    for await report in stream {
      if let found = find(report) { return found }
    }
    return nil
  }
}

extension Reports<RedisConnectionState> {
  func nextRunID() async -> String? {
    await next { if case .connected(let runID) = $0 { runID } else { nil } }
  }

  func nextLoss() async -> RedisError? {
    await next { if case .disconnected(let error) = $0 { error } else { nil } }
  }
}

extension LocalRedis {
  /// For most tests: patient, because the machine may be busy.
  func configuration(_ path: String = "", timeout: Duration = .seconds(120)) throws -> RedisConfiguration {
    var configuration = try RedisConfiguration(url: url + path)
    configuration.connectTimeout = timeout
    configuration.commandTimeout = timeout
    return configuration
  }
}

/// Runs a client around the body.
func withClient<Result: Sendable>(
  _ configuration: RedisConfiguration, connections: Int = 1, reports: Reports<RedisConnectionState> = Reports(),
  _ body: (RedisClient) async throws -> Result
) async throws -> Result {
  let client = RedisClient(
    configuration: configuration, connections: connections, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
    logger: quiet
  ) { reports.add($0) }
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await client.run() }
    let result = try await body(client)
    group.cancelAll()
    try await group.waitForAll()
    return result
  }
}

/// A log that nobody reads.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The error that the operation throws, if it throws one.
func failure(_ operation: () async throws(RedisError) -> Void) async -> RedisError? {
  do throws(RedisError) {
    try await operation()
    return nil
  } catch {
    return error
  }
}
