import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct AlertListTests {
  /// Every combination of filters, against the same filters written in Swift.
  @Test func everyQueryGivesWhatMatchesNewestFirst() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = Samples.history(600, before: now).sorted { $0.alertID > $1.alertID }
      try await stores.alerts.insert(Samples.stored(alerts))
      let foreign = StoredAlert(alert: Samples.alert(at: now), tenant: Tenant(rawValue: "other"))
      try await stores.alerts.insert([foreign])
      for query in queries(cursor: alerts[250].alertID, now: now) {
        let expected = alerts.filter { $0.matches(query) }.prefix(query.limit)
        let found = try await stores.alerts.alerts(query, tenant: .standard)
        #expect(found == Array(expected), "\(query)")
      }
    }
  }

  private func queries(cursor: AlertID, now: Timestamp) -> [AlertQuery] {
    var queries: [AlertQuery] = []
    for campaign in [nil, "c2", "unknown"] {
      for type in [nil, AlertType.budgetDepleted, .highCPA] {
        for severity in [nil, Severity.medium] {
          for includesResolved in [false, true] {
            for (since, before, limit) in [
              (nil, nil, 1001), (nil, cursor, 20), (now.advanced(by: -500_000_000), nil, 101),
              (now.advanced(by: -700_000_000), cursor, 102),
            ] {
              queries.append(
                AlertQuery(
                  campaignID: campaign, alertType: type, severity: severity, includesResolved: includesResolved,
                  since: since, before: before, limit: limit))
            }
          }
        }
      }
    }
    return queries
  }

  @Test func pagesHoldEachAlertOnce() async throws {
    try await TestDatabase.with { stores in
      let alerts = Samples.history(95, before: try await stores.now())
      try await stores.alerts.insert(Samples.stored(alerts))
      for type in [nil, AlertType.roasDrop] {
        var query = AlertQuery(alertType: type, includesResolved: true, limit: 10)
        var ids: [AlertID] = []
        while true {
          let page = try await stores.alerts.alerts(query, tenant: .standard).map(\.alertID)
          ids += page
          guard let last = page.last else { break }
          query.before = last
        }
        let expected = alerts.filter { type == nil || $0.alertType == type }.map(\.alertID).sorted(by: >)
        #expect(ids == expected)
      }
    }
  }

  @Test func alertsOfOneMillisecondAreSinceThatMillisecond() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = [-1, 0, 0, 1].map { Samples.alert(at: now.advanced(by: $0)) }
      try await stores.alerts.insert(Samples.stored(alerts))
      let found = try await stores.alerts.alerts(AlertQuery(includesResolved: true, since: now), tenant: .standard)
      #expect(Set(found) == Set(alerts[1...]))
    }
  }

  /// The partitions that a plan scans.
  private func partitions(in plan: String) -> Set<Substring> {
    Set(
      plan.split(separator: " ").filter { $0.hasPrefix("alerts_default") || $0.hasPrefix("alerts_2") && $0.count == 15 }
    )
  }

  @Test func aBoundedHistoryReadsNoOtherPartition() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      for query in queries(cursor: AlertID(lowerBound: now), now: now) {
        var query = query
        query.since = now.advanced(by: 15 * 86_400_000)
        query.before = AlertID(lowerBound: now.advanced(by: 16 * 86_400_000))
        let shape = AlertListShape(query)
        let explain = PostgresStatement("EXPLAIN \(shape.statement.sql)", name: "explain.\(shape.statement.name)")
        let result = try await stores.pool.execute(explain, shape.parameters(query, tenant: .standard))
        let plan = try result.rows.map { try $0.text(0) }.joined(separator: "\n")
        let scanned = partitions(in: plan)
        // One week, or two where a Monday lies between.
        #expect((1...2).contains(scanned.count), "\(plan)")
      }
    }
  }

  @Test func kindsThatDoNotOccurAreNotLookedForThroughAllAlerts() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let sample = Samples.alert(at: now)
      try await stores.alerts.insert(Samples.stored([sample]))
      // Twenty thousand more of its kind.
      let columns = """
        tenant, rule_id, rule_incarnation, alert_type, severity, title, message, campaign_id, campaign_name, ad_id,
        metric_name, metric_value, threshold_value, details
        """
      _ = try await stores.pool.execute(
        PostgresStatement(
          """
          INSERT INTO alerts (alert_id, \(columns))
          SELECT overlay(gen_random_uuid()::text PLACING left(alert_id::text, 13) FROM 1 FOR 13)::uuid, \(columns)
          FROM alerts, generate_series(1, 20000)
          """, name: "fill"), [])
      _ = try await stores.pool.execute(PostgresStatement("ANALYZE alerts", name: "analyze"), [])
      for (type, severity) in [(sample.alertType, nil), (nil, Severity.info)] as [(AlertType?, Severity?)] {
        let query = AlertQuery(alertType: type, severity: severity, includesResolved: true, limit: 101)
        let shape = AlertListShape(query)
        let explain = PostgresStatement("EXPLAIN (ANALYZE) \(shape.statement.sql)", name: "explain.\(type == nil)")
        let result = try await stores.pool.execute(explain, shape.parameters(query, tenant: .standard))
        let plan = try result.rows.map { try $0.text(0) }
        let removed = plan.filter { $0.contains("Rows Removed by Filter") }.compactMap {
          Int($0.split(separator: " ").last ?? "")
        }
        #expect(removed.allSatisfy { $0 < 1000 }, "\(plan.joined(separator: "\n"))")
      }
    }
  }
}

extension Alert {
  fileprivate func matches(_ query: AlertQuery) -> Bool {
    (query.campaignID ?? entity.campaignID) == entity.campaignID && (query.alertType ?? alertType) == alertType
      && (query.severity ?? severity) == severity && (query.includesResolved || resolution == nil)
      && (query.since ?? timestamp) <= timestamp && query.before.map { alertID < $0 } ?? true
  }
}
