import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct PartitionTests {
  private let partitions = """
    SELECT count(*) FROM pg_inherits WHERE inhparent IN ('alerts'::regclass, 'deliveries'::regclass)
    """

  @Test func nodesThatStartTogetherMakeEachWeekOnce() async throws {
    try await TestDatabase.with { stores in
      let before = try await stores.number(partitions)
      let made = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await stores.alerts.ensurePartitions(weeksAhead: 8) } }
        return try await group.reduce(0, +)
      }
      #expect(made == 8)
      #expect(try await stores.number(partitions) == before + 8)
      #expect(try await stores.alerts.ensurePartitions(weeksAhead: 8) == 0)
    }
  }

  @Test func whoWaitsForAnotherCallerHasNoLimit() async throws {
    try await TestDatabase.with { stores in
      let waiting = try await stores.pool.withTransaction { connection in
        _ = try await connection.execute(
          PostgresStatement("SELECT pg_advisory_xact_lock(hashtext('tocsin.partitions'))", name: "lock"), [])
        let waiting = Task { try await stores.alerts.ensurePartitions(weeksAhead: 8) }
        // Longer than the half second that the table is waited for.
        _ = try await connection.execute(PostgresStatement("SELECT pg_sleep(0.8)", name: "hold"), [])
        return waiting
      }
      #expect(try await waiting.value == 8)
    }
  }

  @Test func alertsOfAWeekThatIsMadeLaterMoveThere() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      var alerts = (0..<40).map { Samples.alert(at: now.advanced(by: (28 + Int64($0 / 2)) * 86_400_000)) }
      alerts[0].resolution = Alert.Mark(at: now, by: "ana")
      try await stores.alerts.insert(Samples.stored(alerts))
      let stray = try await stores.number("SELECT count(*) FROM alerts_default")
      #expect(stray > 20)
      #expect(try await stores.alerts.ensurePartitions(weeksAhead: 8) == 8)
      #expect(try await stores.number("SELECT count(*) FROM alerts_default") == 0)
      let there = try await stores.alerts.alerts(AlertQuery(includesResolved: true), tenant: .standard)
      #expect(there == alerts.sorted { $0.alertID > $1.alertID })
      // They can be changed where they are now, and are still known.
      _ = try await stores.alerts.apply(.resolve, to: alerts[39].alertID, by: nil, tenant: .standard)
      #expect(try await stores.alerts.insert(Samples.stored(alerts)).count == 0)
    }
  }

  @Test func insertsGoOnWhilePartitionsAreMade() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
        for writer in 0..<4 {
          group.addTask {
            var count = 0
            for batch in 0..<20 {
              let day = Int64((writer * 20 + batch) % 60)
              let alerts = (0..<5).map { _ in Samples.alert(at: now.advanced(by: day * 86_400_000)) }
              count += try await stores.alerts.insert(Samples.stored(alerts)).count
            }
            return count
          }
        }
        group.addTask {
          for weeks in 5...12 { try await stores.makePartitions(weeksAhead: weeks) }
          return 0
        }
        return try await group.reduce(0, +)
      }
      #expect(inserted == 400)
      #expect(try await stores.number("SELECT count(*) FROM alerts") == 400)
      #expect(try await stores.number("SELECT count(*) FROM alerts_default") == 0)
    }
  }

  @Test func boundsAreThoseOfTheIDs() async throws {
    try await TestDatabase.with { stores in
      for milliseconds in [0, 1, 86_399_999, 86_400_000, 1_790_000_000_123] as [Int64] {
        let statement = PostgresStatement(
          "SELECT tocsin_id_at($1::timestamptz), tocsin_day_of($2::uuid)", name: "bounds")
        let id = AlertID(lowerBound: Timestamp(milliseconds: milliseconds))
        let row = try await stores.pool.execute(statement, [.timestamptz(milliseconds * 1000), .uuid(id.uuid)]).rows[0]
        #expect(AlertID(try row.uuid(0)) == id)
        #expect(try row.int8(1) == milliseconds / 86_400_000)
      }
    }
  }
}
