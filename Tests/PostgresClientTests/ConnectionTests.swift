import Glibc
import LocalServers
import Testing

@testable import PostgresClient

extension PostgresConnection {
  /// The thread that the actor's methods run on.
  func thread() -> UInt { pthread_self() }
}

@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
  @Test func methodsRunOnTheConnectionsOwnThread() async throws {
    let (first, second) = (try await Shared.connection(), try await Shared.connection())
    let threads = [await first.thread(), await second.thread()]
    #expect(threads[0] != threads[1])
    #expect(await first.thread() == threads[0])
    let own = pthread_self()
    #expect(!threads.contains(own))
  }

  @Test func serverErrorsCarryTheirState() async throws {
    let connection = try await Shared.connection()
    try await connection.executeSimple("CREATE TEMP TABLE t (id int8 CONSTRAINT t_key PRIMARY KEY)")
    let insert = PostgresStatement("INSERT INTO t VALUES ($1)", name: "insert")
    #expect(try await connection.execute(insert, [.int8(1)]).affected == 1)
    let error = try await failure { try await connection.execute(insert, [.int8(1)]) }
    #expect(error.code == .server && error.sqlState == "23505" && error.constraint == "t_key")
    #expect(error.isDataError && !error.isUnavailable && error.statement == "insert")
    #expect(error.detail == "Key (id)=(1) already exists." && !"\(error)".contains("already exists"))
    let syntax = try await failure { try await connection.executeSimple("SELEC") }
    #expect(syntax.sqlState == "42601" && !syntax.isDataError)
  }

  @Test func wrongUseIsAnError() async throws {
    let connection = try await Shared.connection()
    let count = try await failure { try await scalar(connection, "SELECT $1::int8", []) }
    #expect(count.code == .decoding)
    let type = try await failure { try await scalar(connection, "SELECT $1::int8", [.timestamptz(0)]) }
    #expect(type.code == .decoding)
    _ = try await connection.execute(PostgresStatement("SELECT 1", name: "one"))
    let name = try await failure { try await connection.execute(PostgresStatement("SELECT 2", name: "one")) }
    #expect(name.code == .invalidConfiguration)
    let copy = try await failure { try await connection.executeSimple("COPY pg_class TO STDOUT") }
    #expect(copy.sqlState == "0A000" && connection.isBroken)
  }

  @Test func plansThatAreGoneOrOutdatedAreMadeAnew() async throws {
    let connection = try await Shared.connection()
    try await connection.executeSimple("CREATE TEMP TABLE t (a int8); INSERT INTO t VALUES (1)")
    let all = PostgresStatement("SELECT * FROM t", name: "all \"of\" it")
    #expect(try await connection.execute(all).columns == ["a"])
    try await connection.executeSimple("ALTER TABLE t ADD b int8")
    #expect(try await connection.execute(all).columns == ["a", "b"])
    try await connection.executeSimple("DEALLOCATE ALL")
    #expect(try await connection.execute(all).columns == ["a", "b"])
  }

  @Test func cancellationStopsTheStatement() async throws {
    let connection = try await Shared.connection()
    let process = try await scalar(connection, "SELECT pg_backend_pid()")
    let observer = try await Shared.connection()
    let error = try await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await scalar(connection, "SELECT pg_sleep(3600)::text") }
        try await untilTrue(observer, "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1", [process])
        group.cancelAll()
        try await group.waitForAll()
      }
    }
    #expect(error.code == .cancelled)
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    let connection = try await Shared.connection()
    let error = try await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask { try await connection.executeSimple("CREATE TABLE never_made ()") }
        try await group.waitForAll()
      }
    }
    #expect(error.code == .cancelled)
    #expect(try await scalar(connection, "SELECT to_regclass('never_made') IS NULL") == .bool(true))
  }

  @Test func theServerStopsSlowStatements() async throws {
    var configuration = try Shared.configuration()
    configuration.statementTimeout = .seconds(2)
    let connection = try await PostgresConnection.connect(configuration)
    let error = try await failure { try await scalar(connection, "SELECT pg_sleep(3600)::text") }
    #expect(error.code == .server && error.sqlState == "57014")
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
  }

  @Test func theFirstHostMayBeDead() async throws {
    let server = try Shared.server.get()
    let dead = try ServerProcess.freePort()
    let url = "host=127.0.0.1,127.0.0.1 port=\(dead),\(server.port) user=postgres dbname=tocsin"
    let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
    let nobody = try PostgresConfiguration(url: "host=127.0.0.1 port=\(dead) password=s3cret")
    let error = try await failure { try await PostgresConnection.connect(nobody) }
    #expect(error.code == .connectionFailed && error.isUnavailable && !"\(error)".contains("s3cret"))
  }

  @Test func closedConnectionsSaySo() async throws {
    let connection = try await Shared.connection()
    await connection.close()
    let error = try await failure { try await scalar(connection, "SELECT 1") }
    #expect(error.code == .connectionFailed && connection.isBroken)
  }

  @Test func transactionsThatSwallowAnErrorAreNotCommitted() async throws {
    let connection = try await Shared.connection()
    let error = try await failure {
      try await connection.withTransaction { connection in
        try? await connection.executeSimple("SELECT 1/0")
      }
    }
    #expect(error.sqlState == "25P02")
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
  }
}

/// Asks until the answer is true; the server's own `pg_sleep` paces it.
func untilTrue(_ connection: PostgresConnection, _ sql: String, _ parameters: [PostgresValue]) async throws {
  while try await scalar(connection, sql, parameters) != .bool(true) {
    _ = try await scalar(connection, "SELECT pg_sleep(0.01)::text")
  }
}
