import Logging
import Testing

@testable import PostgresClient

@Suite struct PoolTests {
  static let one = PostgresStatement("SELECT 1", name: "one")
  static let process = PostgresStatement("SELECT pg_backend_pid()", name: "process")

  @Test func waitingEndsInAnError() async throws {
    try await withPool(Shared.configuration(), size: 1, acquireTimeout: .milliseconds(50)) { pool, _ in
      try await pool.withConnection { _ in
        let error = try await failure { try await pool.execute(Self.one) }
        #expect(error.code == .poolTimeout && error.isUnavailable)
        #expect(pool.statistics == (1, 0, 0))
      }
      #expect(try await pool.execute(Self.one).rows.count == 1)
    }
  }

  @Test func aPoolThatDoesNotRunTimesOut() async throws {
    let pool = PostgresPool(
      configuration: try Shared.configuration(),
      acquireTimeout: .milliseconds(20),
      logger: Logger(label: "test")
    )
    let error = try await failure { try await pool.execute(Self.one) }
    #expect(error.code == .poolTimeout && !pool.isConnected)
  }

  @Test func callersShareFewConnections() async throws {
    try await withPool(Shared.configuration(), size: 3, acquireTimeout: .seconds(120)) { pool, _ in
      try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<300 { group.addTask { try await pool.execute(Self.process).rows[0].int8(0) } }
        let processes = try await group.reduce(into: Set()) { $0.insert($1) }
        #expect(processes.count <= 3)
      }
    }
  }

  @Test func waitersCanBeCancelled() async throws {
    try await withPool(Shared.configuration(), size: 1, acquireTimeout: .seconds(120)) { pool, _ in
      try await pool.withConnection { _ in
        let error = try await failure {
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await pool.execute(Self.one) }
            while pool.statistics.waiting == 0 { await Task.yield() }
            group.cancelAll()
            try await group.waitForAll()
          }
        }
        #expect(error.code == .cancelled)
      }
      #expect(try await pool.execute(Self.one).rows.count == 1)
    }
  }

  @Test func transactionsCommitOrRollBack() async throws {
    struct Stop: Error {}
    try await withPool(Shared.configuration()) { pool, _ in
      try await pool.withConnection { try await $0.executeSimple("CREATE TABLE transacted (id int8)") }
      let insert = PostgresStatement("INSERT INTO transacted VALUES ($1)", name: "insert")
      let count = PostgresStatement("SELECT count(*) FROM transacted", name: "count")
      await #expect(throws: Stop.self) {
        try await pool.withTransaction { connection in
          _ = try await connection.execute(insert, [.int8(1)])
          throw Stop()
        }
      }
      #expect(try await pool.execute(count).rows[0].int8(0) == 0)
      let affected = try await pool.withTransaction { try await $0.execute(insert, [.int8(2)]).affected }
      #expect(try await pool.execute(count).rows[0].int8(0) == 1 && affected == 1)
      #expect(pool.statistics.idle == pool.statistics.size)
    }
  }

  @Test func aConnectionWithinATransactionIsReplaced() async throws {
    try await withPool(Shared.configuration(), size: 1) { pool, _ in
      let before = try await pool.withConnection { connection in
        try await connection.executeSimple("BEGIN")
        return try await connection.execute(Self.process).rows[0].int8(0)
      }
      #expect(try await pool.execute(Self.process).rows[0].int8(0) != before)
    }
  }

  @Test func aTerminatedIdleConnectionIsReplacedUnseen() async throws {
    try await withPool(Shared.configuration(), size: 1) { pool, states in
      let before = try await pool.execute(Self.process).rows[0][0]
      let other = try await Shared.connection()
      #expect(try await scalar(other, "SELECT pg_terminate_backend($1, 2000)", [before]) == .bool(true))
      #expect(try await pool.execute(Self.process).rows[0][0] != before)
    }
  }

  @Test func aConnectionTerminatedAtWorkIsReplaced() async throws {
    try await withPool(Shared.configuration(), size: 1) { pool, _ in
      let suicide = PostgresStatement("SELECT pg_terminate_backend(pg_backend_pid())", name: "suicide")
      let error = try await failure { try await pool.execute(suicide) }
      #expect(error.sqlState == "57P01" && error.isUnavailable)
      #expect(try await pool.execute(Self.one).rows.count == 1)
    }
  }

  @Test func shutdownRefusesCallers() async throws {
    let pool = try await withPool(Shared.configuration()) { pool, _ in pool }
    let error = try await failure { try await pool.execute(Self.one) }
    #expect(error.code == .shutdown && !pool.isConnected)
  }
}
