import LocalServers
import Testing

@testable import PostgresClient

/// Each test breaks a server of its own.
@Suite(.timeLimit(.minutes(10))) struct OutageTests {
  static let one = PoolTests.one

  @Test(arguments: ["stop", "kill"]) func aServerThatReturnsIsUsedAgain(end: String) async throws {
    let server = try LocalPostgres.start(settings: ["fsync": "off"])
    defer { server.stop() }
    let configuration = try PostgresConfiguration(url: server.url)
    try await withPool(configuration, size: 4, acquireTimeout: .milliseconds(100)) { pool, states in
      _ = try await pool.execute(Self.one)
      if end == "kill" { server.kill() } else { server.halt() }
      await states.wait(for: false)
      let error = try await failure { try await pool.execute(Self.one) }
      #expect(error.isUnavailable)
      try server.restart()
      await states.wait(for: true)
      #expect(try await pool.execute(Self.one).rows.count == 1)
    }
  }

  @Test func aFrozenServerIsAnErrorInBoundedTime() async throws {
    let server = try LocalPostgres.start(settings: ["fsync": "off"])
    defer { server.stop() }
    var configuration = try PostgresConfiguration(url: server.url)
    configuration.statementTimeout = .seconds(2)
    try await withPool(configuration, size: 1) { pool, states in
      _ = try await pool.execute(Self.one)
      server.pause()
      let error = try await failure { try await pool.execute(Self.one) }
      #expect(error.code == .connectionLost && error.isUnavailable)
      await states.wait(for: false)
      server.resume()
      await states.wait(for: true)
      #expect(try await pool.execute(Self.one).rows.count == 1)
    }
  }

  @Test func cancellingOnAFrozenServerDoesNotHang() async throws {
    let server = try LocalPostgres.start(settings: ["fsync": "off"])
    defer { server.stop() }
    let connection = try await PostgresConnection.connect(PostgresConfiguration(url: server.url))
    let process = try await scalar(connection, "SELECT pg_backend_pid()")
    let observer = try await PostgresConnection.connect(PostgresConfiguration(url: server.url))
    let error = try await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await scalar(connection, "SELECT pg_sleep(3600)::text") }
        try await untilTrue(observer, "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1", [process])
        server.pause()
        group.cancelAll()
        try await group.waitForAll()
      }
    }
    #expect(error.code == .cancelled && connection.isBroken)
    server.resume()
  }

  @Test func aDatabaseOfOnesOwn() async throws {
    let server = try Shared.server.get()
    let url = try server.createDatabase("own \"quoted\" name")
    #expect(url == (try server.createDatabase("own \"quoted\" name")))
    let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
    #expect(try await scalar(connection, "SELECT current_database()::text") == .text("own \"quoted\" name"))
  }
}
