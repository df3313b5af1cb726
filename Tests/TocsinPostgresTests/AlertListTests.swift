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
              let filter = AlertFilter(
                campaignIDs: campaign.map { [$0] } ?? [], alertTypes: type.map { [$0] } ?? [],
                severities: severity.map { [$0] } ?? [], since: since)
              queries.append(
                AlertQuery(filter, includesResolved: includesResolved, before: before, limit: limit))
            }
          }
        }
      }
    }
    return queries + filters(now: now).map { AlertQuery($0, includesResolved: true, before: cursor, limit: 101) }
      + filters(now: now).map { AlertQuery($0, limit: 1001) }
  }

  /// Several values of each filter, those without an index, and the ends of a range of time.
  private func filters(now: Timestamp) -> [AlertFilter] {
    var filters: [AlertFilter] = []
    for campaigns in [[], ["c1", "c3", "unknown"]] {
      for types in [[], [AlertType.budgetDepleted, .roasDrop]] {
        for severities in [[], [Severity.medium, .critical]] {
          filters.append(AlertFilter(campaignIDs: campaigns, alertTypes: types, severities: severities))
        }
      }
      for isAcknowledged in [false, true] {
        filters.append(AlertFilter(campaignIDs: campaigns, isAcknowledged: isAcknowledged))
      }
      filters.append(AlertFilter(campaignIDs: campaigns, ruleIDs: ["r1"], adIDs: ["a1", "a2"]))
      filters.append(
        AlertFilter(
          campaignIDs: campaigns, alertTypes: [.roasDrop], ruleIDs: ["r1", "r2"], adIDs: [""], isAcknowledged: false,
          since: now.advanced(by: -600_000_000), until: now.advanced(by: -100_000_000)))
      filters.append(AlertFilter(campaignIDs: campaigns, until: now.advanced(by: -300_000_000)))
    }
    return filters
  }

  /// Two statements of one name would be taken for one, and PostgreSQL compares the first 63 bytes.
  @Test func eachStatementHasANameOfItsOwn() {
    var texts: [String: String] = [:]
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    for query in queries(cursor: .highest, now: now) {
      let statement = AlertListShape(query).statement
      #expect(statement.name.utf8.count < 56)
      #expect(texts.updateValue(statement.sql, forKey: statement.name) ?? statement.sql == statement.sql)
    }
    #expect(Set(texts.values).count == texts.count)
    let everything = DeliveryQuery(
      alertID: .highest, receiver: "r", campaignIDs: ["c"], states: Array(DeliveryState.allCases.dropLast()),
      since: now, until: now,
      before: DeliveryID("018f3c5e-9f00-7abc-8def-0123456789ab"), limit: 1000)
    #expect(DeliveryFilter(everything, tenant: .standard).list.name.utf8.count < 64)
  }

  @Test func pagesHoldEachAlertOnce() async throws {
    try await TestDatabase.with { stores in
      let alerts = Samples.history(95, before: try await stores.now())
      try await stores.alerts.insert(Samples.stored(alerts))
      for type in [nil, AlertType.roasDrop] {
        let filter = AlertFilter(alertTypes: type.map { [$0] } ?? [])
        var query = AlertQuery(filter, includesResolved: true, limit: 10)
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

  @Test func pagesOfAFilterHoldEachAlertOnce() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = Samples.history(95, before: now)
      try await stores.alerts.insert(Samples.stored(alerts))
      for filter in filters(now: now) {
        var query = AlertQuery(filter, includesResolved: true, limit: 3)
        var ids: [AlertID] = []
        while true {
          let page = try await stores.alerts.alerts(query, tenant: .standard).map(\.alertID)
          ids += page
          guard let last = page.last else { break }
          query.before = last
        }
        #expect(ids == alerts.filter { filter.matches($0) }.map(\.alertID).sorted(by: >), "\(filter)")
      }
    }
  }

  @Test func alertsOfOneMillisecondAreSinceThatMillisecond() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = [-1, 0, 0, 1].map { Samples.alert(at: now.advanced(by: $0)) }
      try await stores.alerts.insert(Samples.stored(alerts))
      func found(_ filter: AlertFilter) async throws -> Set<Alert> {
        Set(try await stores.alerts.alerts(AlertQuery(filter, includesResolved: true), tenant: .standard))
      }
      #expect(try await found(AlertFilter(since: now)) == Set(alerts[1...]))
      #expect(try await found(AlertFilter(until: now)) == Set(alerts[..<1]))
      #expect(try await found(AlertFilter(since: now, until: now.advanced(by: 1))) == Set(alerts[1...2]))
      #expect(try await found(AlertFilter(since: now, until: now)).isEmpty)
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
        query.filter.since = now.advanced(by: 15 * 86_400_000)
        // The end of the range may be the query's or the cursor's.
        let end = now.advanced(by: 16 * 86_400_000)
        let endsAtCursor = query.filter.until == nil
        query.before = endsAtCursor ? AlertID(lowerBound: end) : nil
        query.filter.until = endsAtCursor ? nil : end
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
      let campaign = sample.entity.campaignID
      let filters = [
        AlertFilter(alertTypes: [sample.alertType]), AlertFilter(severities: [.info]),
        AlertFilter(alertTypes: [.highCPA, sample.alertType], severities: [.info, .low]),
        AlertFilter(campaignIDs: ["c8", "c9"]), AlertFilter(campaignIDs: [campaign, "c9"]),
        AlertFilter(campaignIDs: ["c9"], ruleIDs: ["r1"], isAcknowledged: true),
        AlertFilter(campaignIDs: [campaign], severities: [.info]),
        AlertFilter(campaignIDs: [campaign], alertTypes: [.highCPA, .roasDrop], severities: [.info, .low]),
        AlertFilter(campaignIDs: (0..<50).map { "c\($0 + 90)" }),
      ]
      for (number, filter) in filters.enumerated() {
        let query = AlertQuery(filter, includesResolved: true, limit: 101)
        let shape = AlertListShape(query)
        let explain = PostgresStatement("EXPLAIN (ANALYZE) \(shape.statement.sql)", name: "explain.\(number)")
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
    query.filter.matches(self) && (query.includesResolved || resolution == nil)
      && query.before.map { alertID < $0 } ?? true
  }
}
