import Fuzzing
import Logging
import PostgresClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinPostgres

@Suite struct AlertInsertTests {
  @Test func everyFieldComesBack() async throws {
    try await TestDatabase.with { stores in
      var alert = Samples.alert(at: Timestamp(milliseconds: 1_790_000_000_123), ad: "a:1")
      alert.notificationStatus = ["slack": true, "email": false]
      alert.acknowledgement = Alert.Mark(at: Timestamp(milliseconds: 1_790_000_001_001), by: "ana")
      alert.resolution = Alert.Mark(at: Timestamp(milliseconds: 1_790_000_002_999), by: nil)
      let inserted = try await stores.alerts.insert(Samples.stored([alert]))
      #expect(inserted == InsertedAlerts(count: 1))
      #expect(try await stores.alerts.alert(alert.alertID, tenant: .standard) == alert)
      #expect(try await stores.alerts.alert(alert.alertID, tenant: Tenant(rawValue: "other")) == nil)
      #expect(try await stores.alerts.insert([]).count == 0)
    }
  }

  @Test func whatIsThereIsNeitherInsertedNorCountedAgain() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = (0..<10).map { Samples.alert(at: now.advanced(by: Int64(-$0))) }
      #expect(try await stores.alerts.insert(Samples.stored(Array(alerts[..<6]))).count == 6)
      #expect(try await stores.alerts.insert(Samples.stored(alerts + alerts)).count == 4)
      #expect(try await stores.alerts.insert(Samples.stored(alerts)).count == 0)
      let expected = AlertStatistics(counting: alerts)
      #expect(try await stores.alerts.statistics(campaignID: nil, tenant: .standard) == expected)
      #expect(try await stores.alerts.statistics(campaignID: "c1", tenant: .standard) == expected)
    }
  }

  @Test func aRepeatedInsertLeavesAChangedAlertAlone() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      let resolved = try await stores.alerts.apply(.resolve, to: alert.alertID, by: "ana", tenant: .standard)?.alert
      try await stores.alerts.insert(Samples.stored([alert]))
      #expect(try await stores.alerts.alert(alert.alertID, tenant: .standard) == resolved)
    }
  }

  @Test func poisonIsADataErrorAndLeavesNothing() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let good = Samples.alert(at: now)
      var title = Samples.alert(at: now)
      title.title = "a\u{0}b"
      var nested = Samples.alert(at: now)
      nested.details = ["deep": ["a\u{0}b"]]
      for poison in [title, nested] {
        let error = await #expect(throws: StoreError.self) {
          try await stores.alerts.insert(Samples.stored([good, poison]))
        }
        #expect(error?.code == .data)
        #expect(try await stores.alerts.alert(good.alertID, tenant: .standard) == nil)
      }
      #expect(try await stores.alerts.statistics(campaignID: nil, tenant: .standard) == AlertStatistics())
      #expect(try await stores.alerts.insert(Samples.stored([good])).count == 1)
    }
  }

  @Test func overlappingBatchesInAnyOrderAtOnceCountOnce() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      var inserted = 0
      // Several rounds, since in the first one the connections come up one after the other.
      for round in 0..<8 {
        let alerts = Samples.history(100, before: now)
        inserted += try await withThrowingTaskGroup(of: Int.self) { group in
          for writer in 0..<6 {
            group.addTask {
              var generator = SeededGenerator(seed: UInt64(round * 10 + writer))
              return try await stores.alerts.insert(Samples.stored(alerts.shuffled(using: &generator))).count
            }
          }
          return try await group.reduce(0, +)
        }
      }
      #expect(inserted == 800)
      let there = try await stores.alerts.alerts(AlertQuery(includesResolved: true, limit: 1001), tenant: .standard)
      let statistics = try await stores.alerts.statistics(campaignID: nil, tenant: .standard)
      #expect(there.count == 800 && statistics == AlertStatistics(counting: there))
    }
  }

  @Test func aServerThatIsAwayIsUnavailable() async throws {
    let nowhere = try PostgresConfiguration(url: "host=/nonexistent dbname=none")
    let pool = PostgresPool(
      configuration: nowhere, size: 1, acquireTimeout: .milliseconds(20), logger: .init(label: "test"))
    let store = PostgresAlertStore(writers: pool, readers: pool, node: "a")
    let alert = Samples.alert(at: Timestamp(milliseconds: 1))
    let error = await #expect(throws: StoreError.self) { try await store.insert(Samples.stored([alert])) }
    #expect(error?.code == .unavailable)
    #expect(error?.backend == "postgresql")
  }

  @Test func errorsAreMappedByWhatTheCallerCanDo() {
    let codes: [(String, StoreError.Code)] = [
      ("22021", .data), ("23502", .data), ("23514", .unavailable), ("54000", .data), ("40P01", .unavailable),
      ("57014", .unavailable),
      ("55P03", .unavailable), ("57P01", .unavailable), ("25006", .unavailable), ("42P01", .failed),
    ]
    for (state, code) in codes {
      let error = StoreError(PostgresError(.server, "refused", sqlState: state, detail: "Key (title)=(secret)"))
      #expect(error.code == code, "\(state)")
      #expect(!error.description.contains("secret"))
    }
  }
}
