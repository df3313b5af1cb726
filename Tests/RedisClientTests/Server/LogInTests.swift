import LocalServers
import RedisClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct LogInTests {
  private let redis: LocalRedis

  init() throws {
    redis = try LocalRedis.start(options: [
      "--requirepass", "secret", "--user", "ada", "on", ">pa:ss", "~a:*", "&*", "+@all", "-FLUSHALL",
    ])
  }

  private func configuration(_ logIn: String, _ path: String = "") throws -> RedisConfiguration {
    var configuration = try RedisConfiguration(url: "redis://\(logIn)@127.0.0.1:\(redis.port)\(path)")
    configuration.connectTimeout = .seconds(20)
    configuration.commandTimeout = .seconds(20)
    return configuration
  }

  @Test func theDefaultUsersPassword() async throws {
    try await withClient(configuration(":secret")) { client in
      let reply = try await client.send(["ACL", "WHOAMI"])
      #expect(reply.string == "default")
    }
  }

  @Test func anACLUser() async throws {
    try await withClient(configuration("ada:pa%3Ass")) { client in
      #expect(try await client.send(["ACL", "WHOAMI"]).string == "ada")
      _ = try await client.send(["SET", "a:1", "x"])
      let error = await failure { () throws(RedisError) in _ = try await client.send(["SET", "b:1", "x"]) }
      #expect(error?.message.hasPrefix("NOPERM") == true)
    }
  }

  @Test func aWrongPasswordIsSaidAndNeverShown() async throws {
    let wrong = try configuration(":wrong-word")
    try await withClient(wrong) { client in
      let error = await failure { () throws(RedisError) in try await client.waitUntilConnected() }
      #expect(error?.code == .serverError)
      #expect(error?.message.hasPrefix("WRONGPASS") == true)
      let refused = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
      #expect(refused?.code == .notConnected)
      #expect(!client.isConnected)
      #expect(!"\(wrong) \(String(describing: error)) \(String(describing: refused))".contains("wrong-word"))
    }
  }

  @Test func noPasswordWhereOneIsNeeded() async throws {
    try await withClient(redis.configuration()) { client in
      let error = await failure { () throws(RedisError) in try await client.waitUntilConnected() }
      #expect(error?.message.hasPrefix("NOAUTH") == true)
    }
  }

  @Test func theDatabaseIsSelected() async throws {
    try await withClient(configuration(":secret", "/5")) { client in
      _ = try await client.send(["SET", "only-in-5", "x"])
      #expect(try await client.send(["CLIENT", "INFO"]).string?.contains(" db=5 ") == true)
    }
    try await withClient(configuration(":secret")) { client in
      let reply = try await client.send(["EXISTS", "only-in-5"])
      #expect(reply == .integer(0))
    }
    try await withClient(configuration(":secret", "/9999")) { client in
      let error = await failure { () throws(RedisError) in try await client.waitUntilConnected() }
      #expect(error?.message == "ERR DB index is out of range")
    }
  }
}
