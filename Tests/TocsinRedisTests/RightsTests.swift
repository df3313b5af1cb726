import LocalServers
import NIOCore
import NIOPosix
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// A user of Redis that lacks a right. That the documented ones are enough, all other tests of this target show.
@Suite struct RightsTests {
  private let redis: LocalRedis
  private var configuration: RedisConfiguration

  init() throws {
    redis = try LocalRedis.start()
    configuration = try RedisConfiguration(url: redis.url)
    configuration.connectTimeout = .seconds(20)
    configuration.commandTimeout = .seconds(20)
  }

  /// Makes a user with all documented rights but some.
  private func makeUser(without missing: String, in admin: RedisClient) async throws -> RedisConfiguration {
    let words = try Rights.words(prefix: "{tocsin}")
    #expect(words.contains(missing), "\(missing) is not among the documented rights")
    _ = try await admin.send(
      ["ACL", "SETUSER", "ada", "reset", "on", ">secret"]
        + words.filter { $0 != missing }.map { RedisArgument($0) })
    var configuration = configuration
    configuration.username = "ada"
    configuration.password = "secret"
    return configuration
  }

  private func with(
    without missing: String, _ body: @Sendable (RedisConfiguration) async throws -> Void
  ) async throws {
    let admin = RedisClient(
      configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await admin.run() }
      try await body(try await makeUser(without: missing, in: admin))
      group.cancelAll()
    }
    redis.stop()
  }

  @Test func aMissingCommandIsNamedToTheNode() async throws {
    try await with(without: "+info") { configuration in
      let (stream, continuation) = AsyncStream.makeStream(of: RedisConnectionState.self)
      let client = RedisClient(
        configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet
      ) { continuation.yield($0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        var states = stream.makeAsyncIterator()
        guard case .refused(let error) = await states.next() else { throw Unexpected() }
        #expect(RedisRefusal.reason(error, prefix: "{tocsin}") == "the user lacks the right +info")
        group.cancelAll()
      }
    }
  }

  @Test func aMissingChannelIsNamedToTheNode() async throws {
    try await with(without: "&{tocsin}:signals") { configuration in
      let (stream, continuation) = AsyncStream.makeStream(of: ClusterSignal.self)
      let signals = RedisSignals(
        configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet
      ) { continuation.yield($0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await signals.run() }
        var heard = stream.makeAsyncIterator()
        guard case .refused(let reason) = await heard.next() else { throw Unexpected() }
        #expect(reason == "the user lacks the right &{tocsin}:signals")
        group.cancelAll()
      }
    }
  }

  /// Rights that are needed only where there is something already.
  @Test(arguments: ["+xinfo|stream", "+xrange", "+hstrlen", "+zcard", "+hkeys"]) func aRightForReadingIsNoSmallerOne(
    right: String
  ) async throws {
    try await with(without: right) { configuration in
      let client = RedisClient(
        configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet)
      let backend = RedisBackend(client: client, logger: .quiet)
      await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        let error = await #expect(throws: StoreError.self) {
          try await backend.begin(epoch: "e1")
          backend.adopt(epoch: "e1")
          try await backend.announce(updates: [[49]])
          try await backend.begin(epoch: "e2")
          backend.adopt(epoch: "e2")
          _ = try await backend.claim([.sample()])
          _ = try await backend.overdue(olderThan: -1, limit: 10)
          try await backend.replaceAll(RuleSnapshot(version: 1, rules: [:]), history: "h")
          _ = try await backend.snapshot()
          _ = try await backend.events(after: try await backend.newest(), limit: 1)
        }
        #expect(error?.shortage == .redisRights)
        group.cancelAll()
      }
    }
  }

  @Test(arguments: ["+zadd", "+mget", "+evalsha", "~{tocsin}:*"]) func aMissingRightIsAShortage(
    right: String
  ) async throws {
    try await with(without: right) { configuration in
      let client = RedisClient(
        configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .quiet)
      let backend = RedisBackend(client: client, logger: .quiet)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        do {
          try await backend.begin(epoch: "e1")
          backend.adopt(epoch: "e1")
          _ = try await backend.claim([.sample()])
          Issue.record("nothing was refused")
        } catch let error as StoreError {
          #expect(error.code == .unavailable)
          #expect(error.shortage == .redisRights)
        }
        group.cancelAll()
      }
    }
  }
}
