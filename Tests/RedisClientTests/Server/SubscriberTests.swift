import LocalServers
import NIOCore
import NIOPosix
import RedisClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct SubscriberTests {
  private let redis: LocalRedis

  init() throws {
    redis = try LocalRedis.start()
  }

  private func withSubscriber(
    _ configuration: RedisConfiguration, _ body: (Reports<RedisSubscriber.Event>) async throws -> Void
  ) async throws {
    let events = Reports<RedisSubscriber.Event>()
    let subscriber = RedisSubscriber(
      configuration: configuration, channels: ["a", "b"], eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: quiet, pingInterval: .milliseconds(100)
    ) { events.add($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      try await body(events)
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func next(_ events: Reports<RedisSubscriber.Event>) async -> RedisSubscriber.Event? {
    await events.next { $0 }
  }

  @Test func messagesComeInOrder() async throws {
    try await withClient(redis.configuration()) { client in
      try await withSubscriber(redis.configuration()) { events in
        guard case .subscribed(let runID) = await next(events) else { return #expect(Bool(false)) }
        #expect(runID.count == 40)
        for number in 0..<500 {
          let channel = number.isMultiple(of: 3) ? "b" : "a"
          let reply = try await client.send(["PUBLISH", RedisArgument(channel), "\(number)\0\r\n"])
          #expect(reply == .integer(1))
        }
        for number in 0..<500 {
          let channel = number.isMultiple(of: 3) ? "b" : "a"
          #expect(
            await next(events) == .message(channel: channel, payload: ByteBuffer(string: "\(number)\0\r\n")))
        }
      }
    }
  }

  @Test func aKilledSubscriptionIsReportedAndComesBack() async throws {
    try await withClient(redis.configuration()) { client in
      try await withSubscriber(redis.configuration()) { events in
        guard case .subscribed(let first) = await next(events) else { return #expect(Bool(false)) }
        _ = try await client.send(["CLIENT", "KILL", "TYPE", "pubsub"])
        guard case .lost(let error) = await next(events) else { return #expect(Bool(false)) }
        #expect(error.code == .connectionLost)
        guard case .subscribed(let second) = await next(events) else { return #expect(Bool(false)) }
        #expect(first == second)
        _ = try await client.send(["PUBLISH", "b", "again"])
        #expect(await next(events) == .message(channel: "b", payload: ByteBuffer(string: "again")))
      }
    }
  }

  @Test func aRestartShowsInTheRunID() async throws {
    try await withSubscriber(redis.configuration()) { events in
      guard case .subscribed(let first) = await next(events) else { return #expect(Bool(false)) }
      redis.kill()
      guard case .lost = await next(events) else { return #expect(Bool(false)) }
      try redis.restart()
      guard case .subscribed(let second) = await next(events) else { return #expect(Bool(false)) }
      #expect(first != second)
    }
  }

  @Test func aPeerThatSaysNothingIsNoticed() async throws {
    try await withSubscriber(redis.configuration(timeout: .seconds(2))) { events in
      guard case .subscribed = await next(events) else { return #expect(Bool(false)) }
      redis.pause()
      guard case .lost(let error) = await next(events) else { return #expect(Bool(false)) }
      #expect(error.code == .timeout)
      redis.resume()
      guard case .subscribed = await next(events) else { return #expect(Bool(false)) }
    }
  }
}
