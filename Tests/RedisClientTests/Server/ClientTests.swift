import LocalServers
import NIOCore
import RedisClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct ClientTests {
  private let redis: LocalRedis

  init() throws {
    redis = try LocalRedis.start()
  }

  @Test func pipelinedRepliesComeToTheirCallersInOrder() async throws {
    try await withClient(redis.configuration()) { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<64 {
          group.addTask {
            for step in 1...100 {
              let reply = try await client.send(["INCR", "n\(task)"] as [RedisArgument])
              #expect(reply.int == step)
              let text = "\(task).\(step)"
              let echo = try await client.send(["ECHO", RedisArgument(text)])
              #expect(echo.string == text)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func severalConnectionsShareTheWork() async throws {
    let reports = Reports<RedisConnectionState>()
    try await withClient(redis.configuration(), connections: 3, reports: reports) { client in
      for _ in 0..<3 { _ = await reports.nextRunID() }
      try await client.waitUntilConnected()
      var ids: Set<Int> = []
      for _ in 0..<30 { ids.insert(try #require(try await client.send(["CLIENT", "ID"]).int)) }
      #expect(ids.count >= 2)
    }
  }

  @Test func anyBytesSurvive() async throws {
    let all = Array(UInt8.min...UInt8.max)
    try await withClient(redis.configuration()) { client in
      for value in [all, [0], [], [0x0D, 0x0A], Array(repeating: 0xFF, count: 1_000_000)] {
        _ = try await client.send(["SET", "k\0\r\n", RedisArgument(value)])
        #expect(try await client.send(["GET", "k\0\r\n"]) == .bulk(ByteBuffer(bytes: value)))
      }
      #expect(try await client.send(["STRLEN", "k\0\r\n"]) == .integer(1_000_000))
    }
  }

  @Test func pipelinesAnswerErrorsAsValues() async throws {
    try await withClient(redis.configuration()) { client in
      let replies = try await client.pipeline([["SET", "s", "x"], ["INCR", "s"], ["GET", "s"], ["GET", "none"]])
      #expect(replies.count == 4)
      #expect(replies[0] == .simple("OK"))
      #expect(replies[1].failure?.code == .serverError)
      #expect(replies[2].string == "x")
      #expect(replies[3].isNull)
      #expect(try await client.pipeline([]) == [])
      #expect(try await client.pipeline([["PING"]]) == [.simple("PONG")])
    }
  }

  @Test func anErrorReplyIsThrownAndTheConnectionGoesOn() async throws {
    try await withClient(redis.configuration()) { client in
      let before = try await client.send(["CLIENT", "ID"])
      let error = await failure { () throws(RedisError) in _ = try await client.send(["NONSENSE"]) }
      #expect(error?.code == .serverError)
      #expect(error?.message.hasPrefix("ERR unknown command") == true)
      #expect(error?.mayHaveBeenExecuted == false)
      #expect(try await client.send(["CLIENT", "ID"]) == before)
    }
  }

  @Test func nestingThatHiredisItselfWouldRefuse() async throws {
    let script = RedisScript("local t = 1; for i = 1, 60 do t = {t} end; return t")
    try await withClient(redis.configuration()) { client in
      var value = try await client.eval(script, keys: [], arguments: [])
      var levels = 0
      while let inner = value.array?.first {
        value = inner
        levels += 1
      }
      #expect(levels == 60)
      #expect(value == .integer(1))
    }
  }

  @Test func tooMuchNestingIsAClearErrorAndTheClientGoesOn() async throws {
    let script = RedisScript("local t = 1; for i = 1, 600 do t = {t} end; return t")
    let reports = Reports<RedisConnectionState>()
    try await withClient(redis.configuration(), reports: reports) { client in
      let error = await failure { () throws(RedisError) in _ = try await client.eval(script, keys: [], arguments: []) }
      #expect(error?.code == .unexpectedReply)
      #expect(error?.message.contains("512 levels") == true)
      _ = await reports.nextLoss()
      try await client.waitUntilConnected()
      #expect(try await client.send(["PING"]) == .simple("PONG"))
    }
  }

  @Test func scriptsSurviveAFlush() async throws {
    let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
    try await withClient(redis.configuration()) { client in
      for step in 1...2 {
        let reply = try await client.eval(script, keys: ["n"], arguments: ["a\0b"])
        #expect(reply.array?.map(\.string) == ["n", "a\0b", nil])
        #expect(reply.array?.last == .integer(Int64(step)))
      }
      #expect(script.sha1?.count == 40)
      _ = try await client.send(["SCRIPT", "FLUSH"])
      #expect(try await client.eval(script, keys: ["n"], arguments: [""]).array?.last == .integer(3))
      let digest = RedisArgument(try #require(script.sha1))
      #expect(try await client.send(["SCRIPT", "EXISTS", digest]).array == [.integer(1)])
    }
  }

  @Test func aScriptThatFailsIsTheServersError() async throws {
    try await withClient(redis.configuration()) { client in
      let broken = RedisScript("return redis.call('INCR')")
      let error = await failure { () throws(RedisError) in _ = try await client.eval(broken, keys: [], arguments: []) }
      #expect(error?.code == .serverError)
      let unreadable = RedisScript("this is no Lua")
      let other = await failure { () throws(RedisError) in
        _ = try await client.eval(unreadable, keys: [], arguments: [])
      }
      #expect(other?.code == .serverError)
      #expect(unreadable.sha1 == nil)
    }
  }

  @Test func aReplicaIsAwayForWrites() async throws {
    let replica = try LocalRedis.start(options: ["--replicaof", "127.0.0.1", "\(redis.port)"])
    let reports = Reports<RedisConnectionState>()
    try await withClient(replica.configuration(), reports: reports) { client in
      let error = await failure { () throws(RedisError) in _ = try await client.send(["SET", "k", "v"]) }
      #expect(error?.code == .away)
      #expect(error?.message.hasPrefix("READONLY") == true)
      #expect(await reports.nextLoss()?.code == .away)
      try await client.waitUntilConnected()
    }
    replica.stop()
  }

  @Test func aReplicaWithoutItsMasterIsAwayFromTheStart() async throws {
    let port = try ServerProcess.freePort()
    let replica = try LocalRedis.start(options: [
      "--replica-serve-stale-data", "no", "--replicaof", "127.0.0.1", "\(port)",
    ])
    try await withClient(replica.configuration()) { client in
      let error = await failure { () throws(RedisError) in _ = try await client.send(["GET", "k"]) }
      #expect(error?.code == .notConnected)
      #expect(error?.message.hasPrefix("MASTERDOWN") == true)
    }
    replica.stop()
  }
}
