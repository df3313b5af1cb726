import PostgresClient
import TestLog
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinPostgres

/// Alerts that a newer release wrote, or other hands.
@Suite struct ForeignAlertTests {
  /// What other hands can write, and whether the alert is still an alert.
  static let changes: [(String, Bool)] = [
    ("alert_type = 'spend_spike'", false), ("alert_type = ''", false), ("severity = 'apocalyptic'", false),
    ("metric_value = 'NaN'", false), ("threshold_value = '-Infinity'", false), ("details = '[]'", false),
    ("details = '1e400'", false), ("details = '{\"a\": 1e400}'", false), ("notification_status = '3'", false),
    ("metric_value = 1.7976931348623157e308", true), ("acknowledged_at = 'infinity'", true),
    ("acknowledged_at = '-infinity'", true), ("resolved_at = '4713-01-01 BC'", true),
    ("resolved_at = '294276-12-31'", true), ("notification_status = '{\"email\": 7}'", true),
    ("details = '{\"a\": 99999999999999999999999}'", true),
  ]

  @Test(arguments: changes) func oneRowIsInNobodysWay(_ change: String, isReadable: Bool) async throws {
    try await TestDatabase.with { stores in
      let capture = LogLines()
      let store = PostgresAlertStore(
        writers: stores.pool, readers: stores.pool, node: "a", logger: capture.logger)
      let now = try await stores.now()
      let alerts = (0..<3).map { Samples.alert(at: now.advanced(by: Int64($0) * -1000)) }
      try await store.insert(Samples.stored(alerts))
      let middle = alerts[1].alertID
      try await stores.run("UPDATE alerts SET \(change) WHERE alert_id = '\(middle)'")
      for _ in 0..<3 {
        let there = try await store.alerts(AlertQuery(includesResolved: true, limit: 3), tenant: .standard)
        #expect(there.map(\.alertID) == alerts.map(\.alertID).filter { isReadable || $0 != middle })
        for alert in there {
          var bytes: [UInt8] = []
          alert.appendJSON(to: &bytes)
          #expect(try JSON(parsing: bytes) == alert.json)
        }
        let keys = alerts.map { AlertKey(tenant: .standard, id: $0.alertID) }
        #expect(try await store.alerts(keys).count == (isReadable ? 3 : 2))
      }
      if isReadable {
        _ = try await store.apply(.resolve, to: middle, by: "ana", tenant: .standard)
        #expect(capture.lines.isEmpty)
      } else {
        await expectForeign { try await store.alert(middle, tenant: .standard) }
        await expectForeign {
          try await store.apply(.resolve, to: middle, by: "ana", tenant: .standard)
        }
        #expect(capture.lines.count == 1, "\(capture.lines)")
      }
    }
  }

  @Test func theErrorNamesTheAlertAndTheWord() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      try await stores.run("UPDATE alerts SET alert_type = 'spend_spike'")
      let error = await #expect(throws: StoreError.self) {
        try await stores.alerts.alert(alert.alertID, tenant: .standard)
      }
      #expect(error?.message == "alert \(alert.alertID) cannot be read: its alert_type is \"spend_spike\"")
    }
  }

  @Test func pagesAreFullHoweverManyAreLeftOut() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = (0..<2500).map { Samples.alert(at: now.advanced(by: -Int64($0))) }
      for start in stride(from: 0, to: 2500, by: 500) {
        try await stores.alerts.insert(Samples.stored(Array(alerts[start..<start + 500])))
      }
      // The newest 1,100, and every second one after these.
      let ids = alerts.enumerated().filter { $0.offset < 1100 || $0.offset % 2 == 0 }.map {
        "'\($0.element.alertID)'"
      }
      try await stores.run("UPDATE alerts SET severity = 'new' WHERE alert_id IN (\(ids.joined(separator: ",")))")
      let readable = alerts.enumerated().filter { $0.offset >= 1100 && $0.offset % 2 == 1 }.map(\.element.alertID)
      var found: [AlertID] = []
      var query = AlertQuery(limit: 101)
      while true {
        let page = try await stores.alerts.alerts(query, tenant: .standard)
        found += page.prefix(100).map(\.alertID)
        guard page.count == 101 else { break }
        query.before = found.last
      }
      #expect(found == readable)
    }
  }

  @Test func statisticsCountUnderTheirOwnName() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      for table in ["alert_rollups", "campaign_rollups"] {
        try await stores.run("UPDATE \(table) SET alert_type = 'spend_spike', severity = 'new'")
      }
      for campaign in [nil, "c1"] {
        let counts = try await stores.alerts.statistics(campaignID: campaign, tenant: .standard)
        #expect(counts == AlertStatistics(total: 1, active: 1, byType: ["spend_spike": 1], bySeverity: ["new": 1]))
      }
    }
  }

  @Test func countsOfOtherHandsKeepNoAlertFromBeingWritten() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      try await stores.alerts.insert(Samples.stored([Samples.alert(at: now)]))
      for table in ["alert_rollups", "campaign_rollups"] {
        try await stores.run(
          "UPDATE \(table) SET fired = 2147483647, acknowledged = -2147483648, resolved = 2147483647")
      }
      let alert = Samples.alert(at: now)
      for _ in 0..<2 { try await stores.alerts.insert(Samples.stored([alert, Samples.alert(at: now)])) }
      _ = try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: .standard)
      let counts = try await stores.alerts.statistics(campaignID: nil, tenant: .standard)
      #expect(counts.total >= 2_147_483_647 && counts.active >= 0 && counts.acknowledged == 0)
    }
  }
}

/// Expects that the body says that what it was asked for cannot be read.
func expectForeign<Value>(_ body: () async throws -> Value) async {
  do {
    _ = try await body()
    Issue.record("it was read")
  } catch {
    #expect((error as? StoreError)?.code == .foreign)
  }
}
