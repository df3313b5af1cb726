import LocalServers
import Logging
import NIOCore
import NIOPosix
import RedisClient
import Synchronization
import TocsinCore

@testable import TocsinRedis

/// Backends of several nodes on one server, under a prefix of their own.
struct Nodes {
  let backends: [RedisBackend]
  /// For commands that no port has.
  let raw: RedisClient
  let keys: Keys
  let redis: RedisConfiguration
  /// What makes the user that nodes log in as.
  private let allow: [RedisArgument]

  var first: RedisBackend { backends[0] }
  var second: RedisBackend { backends[1] }

  /// The server that tests share: each has its own prefix there.
  private static let shared = Result { try LocalRedis.start() }

  /// Runs the body with backends that all know the epoch `e1`, which the server has, too.
  static func with(
    _ count: Int = 1, on server: LocalRedis? = nil, journalLimit: Int = 200_000, eventLogLength: Int = 100_000,
    windowTime: (@Sendable () -> Int64)? = nil, _ body: (Nodes) async throws -> Void
  ) async throws {
    // Patient, because the machine may be busy.
    var redis = try RedisConfiguration(url: (try server ?? shared.get()).url)
    redis.connectTimeout = .seconds(20)
    redis.commandTimeout = .seconds(20)
    let configuration = RedisBackend.Configuration(
      prefix: "{test-\(UInt64.random(in: 0...UInt64.max))}", journalLimit: journalLimit,
      eventLogLength: eventLogLength)
    // Nodes log in as a user that may do exactly what the documentation says; the last client, as one that may do all.
    let user = "node-\(UInt64.random(in: 0...UInt64.max))"
    var restricted = redis
    restricted.username = user
    restricted.password = "secret"
    let rights = try Rights.words(prefix: configuration.prefix)
    let clients = (0...count).map { number in
      RedisClient(
        configuration: number == count ? redis : restricted, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: .quiet)
    }
    try await withThrowingTaskGroup { group in
      group.addTask { try await clients[count].run() }
      let allow: [RedisArgument] =
        ["ACL", "SETUSER", RedisArgument(user), "on", ">secret"] + rights.map { RedisArgument($0) }
      _ = try await clients[count].send(allow)
      for client in clients.dropLast() { group.addTask { try await client.run() } }
      let backends = clients.dropLast().map {
        RedisBackend(client: $0, configuration: configuration, logger: .quiet, windowTime: windowTime)
      }
      let nodes = Nodes(
        backends: backends, raw: clients[count], keys: Keys(prefix: configuration.prefix), redis: restricted,
        allow: allow)
      try await nodes.first.begin(epoch: "e1")
      try await nodes.first.finishRestore(of: "e1", node: "test")
      for backend in backends { backend.adopt(epoch: "e1") }
      try await body(nodes)
      group.cancelAll()
    }
  }

  /// Sends a command and answers its reply.
  @discardableResult
  func send(_ words: RedisArgument...) async throws -> RedisValue {
    try await raw.send(words)
  }

  /// Makes the nodes' user again on a server that was started again.
  func allowUser() async throws {
    while true {
      try await raw.waitUntilConnected()
      do throws(RedisError) {
        _ = try await raw.send(allow)
        return
      } catch {
        guard error.code == .notConnected || error.code == .connectionLost else { throw error }
      }
    }
  }

  /// The value of a key as text, or nil.
  func text(_ key: String) async throws -> String? {
    try await send("GET", RedisArgument(key)).string
  }

  /// How many entries journal and `unwritten` have.
  func counts() async throws -> [Int] {
    var counts: [Int] = []
    for hash in [keys.journal, keys.unwritten] { counts.append(try await send("HLEN", RedisArgument(hash)).int ?? -1) }
    for times in [keys.journalTimes, keys.unwrittenTimes] {
      counts.append(try await send("ZCARD", RedisArgument(times)).int ?? -1)
    }
    precondition(
      counts[0] == counts[2] && counts[1] == counts[3], "an entry without a time, or a time without an entry")
    return [counts[0], counts[1]]
  }

  /// Runs the body while listening; ends the subscription afterwards.
  func listening(_ body: (Heard) async throws -> Void) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: ClusterSignal.self)
    let signals = RedisSignals(
      configuration: redis, prefix: keys.prefix, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet
    ) { continuation.yield($0) }
    try await withThrowingTaskGroup { group in
      group.addTask { try await signals.run() }
      let heard = Heard(stream)
      guard case .listening = await heard.next() else { throw Unexpected() }
      try await body(heard)
      group.cancelAll()
    }
  }
}

/// What a subscription delivers, one by one.
final class Heard {
  private var iterator: AsyncStream<ClusterSignal>.Iterator

  init(_ stream: AsyncStream<ClusterSignal>) {
    iterator = stream.makeAsyncIterator()
  }

  func next() async -> ClusterSignal? {
    await iterator.next()
  }

  /// The next signal, which has to be events.
  func batch() async throws -> EventBatch {
    guard case .events(let batch) = await next() else { throw Unexpected() }
    return batch
  }
}

struct Unexpected: Error {}

extension Logger {
  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// The code of the store error that the body throws, or nil where it throws none.
func code(_ body: () async throws -> Void) async -> StoreError.Code? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? StoreError)?.code
  }
}
