import LocalServers
import NIOPosix
import RedisClient
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(10))) struct FailureTests {
  private let redis: LocalRedis

  init() throws {
    redis = try LocalRedis.start()
  }

  @Test func aHaltedServerTimesOutAndComesBack() async throws {
    let reports = Reports<RedisConnectionState>()
    try await withClient(redis.configuration(timeout: .seconds(2)), reports: reports) { client in
      #expect(await reports.nextRunID() != nil)
      try await client.waitUntilConnected()
      redis.pause()
      let began = ContinuousClock.now
      let errors = await withTaskGroup(of: RedisError?.self) { group in
        for _ in 0..<20 {
          group.addTask { await failure { () throws(RedisError) in _ = try await client.send(["INCR", "n"]) } }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(ContinuousClock.now - began >= .milliseconds(1900))
      #expect(errors.allSatisfy { $0?.mayHaveBeenExecuted == true })
      #expect(errors.contains { $0?.code == .timeout })
      #expect(await reports.nextLoss()?.code == .timeout)
      #expect(!client.isConnected)
      redis.resume()
      try await client.waitUntilConnected()
      #expect(try await client.send(["PING"]) == .simple("PONG"))
    }
  }

  @Test func aCommandInFlightWhenTheConnectionIsKilledIsInDoubt() async throws {
    let reports = Reports<RedisConnectionState>()
    try await withClient(redis.configuration()) { other in
      try await withClient(redis.configuration(), reports: reports) { client in
        let id = try #require(try await client.send(["CLIENT", "ID"]).int)
        async let blocked = failure { () throws(RedisError) in _ = try await client.send(["BLPOP", "none", 0]) }
        while try await other.send(["CLIENT", "LIST", "ID", RedisArgument(id)]).string?.contains("cmd=blpop") != true {}
        #expect(try await other.send(["CLIENT", "KILL", "ID", RedisArgument(id)]) == .integer(1))
        let error = await blocked
        #expect(error?.code == .connectionLost)
        #expect(error?.mayHaveBeenExecuted == true)
        #expect(error?.description.contains("may have been executed") == true)
        #expect(await reports.nextLoss()?.code == .connectionLost)
        try await client.waitUntilConnected()
        #expect(try await client.send(["CLIENT", "ID"]).int != id)
      }
    }
  }

  @Test func withoutAServerCommandsFailAtOnceAndARestartIsNoticed() async throws {
    let reports = Reports<RedisConnectionState>()
    try await withClient(redis.configuration(), reports: reports) { client in
      let first = await reports.nextRunID()
      redis.kill()
      #expect(await reports.nextLoss()?.code == .connectionLost)
      let error = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
      #expect(error?.code == .notConnected)
      #expect(error?.mayHaveBeenExecuted == false)
      try redis.restart()
      let second = await reports.nextRunID()
      #expect(first?.count == 40)
      #expect(second?.count == 40)
      #expect(first != second)
      try await client.waitUntilConnected()
      #expect(try await client.send(["PING"]) == .simple("PONG"))
    }
  }

  @Test func aCommandBeforeTheFirstConnectionWaitsForIt() async throws {
    let client = RedisClient(
      configuration: try redis.configuration(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let reply = try await client.send(["PING"])
        #expect(reply == .simple("PONG"))
      }
      group.addTask {
        let reply = try await client.pipeline([["PING"], ["PING"]])
        #expect(reply.count == 2)
      }
      await Task.yield()
      #expect(!client.isConnected)
      group.addTask { try await client.run() }
      try await group.next()
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
    let error = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
    #expect(error?.code == .shutdown)
  }

  @Test func aClientThatNeverRunsRefusesAfterTheConnectTimeout() async throws {
    let client = RedisClient(
      configuration: try redis.configuration(timeout: .milliseconds(50)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    let error = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
    #expect(error?.code == .notConnected)
  }

  @Test func aCancelledWaitEnds() async throws {
    let client = RedisClient(
      configuration: try redis.configuration(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    let error = await withTaskGroup(of: RedisError?.self) { group in
      group.addTask { await failure { () throws(RedisError) in try await client.waitUntilConnected() } }
      group.cancelAll()
      return await group.next() ?? nil
    }
    #expect(error?.code == .notConnected)
  }

  @Test func gracefulShutdownAnswersWhatIsInFlight() async throws {
    let reports = Reports<RedisConnectionState>()
    let client = RedisClient(
      configuration: try redis.configuration(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet
    ) { reports.add($0) }
    let group = ServiceGroup(configuration: .init(services: [.init(service: client)], logger: quiet))
    try await withClient(redis.configuration()) { other in
      async let running: Void = group.run()
      _ = await reports.nextRunID()
      async let popped = client.send(["BLPOP", "list", 0])
      while try await other.send(["CLIENT", "LIST"]).string?.contains("cmd=blpop") != true {}
      await group.triggerGracefulShutdown()
      while client.isConnected { await Task.yield() }
      let error = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
      #expect(error?.code == .shutdown)
      _ = try await other.send(["RPUSH", "list", "x"])
      #expect(try await popped.array?.last?.string == "x")
      try await running
      #expect(await reports.nextLoss()?.code == .shutdown)
    }
  }

  @Test func shutdownEndsAConnectThatHangs() async throws {
    redis.pause()
    defer { redis.resume() }
    var configuration = try redis.configuration()
    configuration.connectTimeout = .seconds(3_600)
    try await withClient(configuration) { client in
      #expect(!client.isConnected)
    }
  }
}
