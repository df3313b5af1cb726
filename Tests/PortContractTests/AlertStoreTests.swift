import Testing
import TocsinCore

/// What `AlertStore` promises, by every adapter.
@Suite struct AlertStoreTests {
  private let other = Tenant(rawValue: "other")

  @Test(arguments: PostgresAdapter.allCases) func anAlertIsInsertedOnceAndReadAsItIs(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let alerts = [try await database.alert(), try await database.alert(campaign: "c2")]
      #expect(try await database.alerts.insert(alerts) == InsertedAlerts(count: 2))
      let more = alerts + [try await database.alert(campaign: "c3")]
      #expect(try await database.alerts.insert(more) == InsertedAlerts(count: 1))
      #expect(try await database.alerts.insert([]) == InsertedAlerts(count: 0))
      let id = alerts[0].alert.alertID
      #expect(try await database.alerts.alert(id, tenant: .standard) == alerts[0].alert)
      #expect(try await database.alerts.alert(id, tenant: other) == nil)
      #expect(try await database.alerts.alert(.new(), tenant: .standard) == nil)
      #expect(try await database.alerts.statistics(campaignID: nil, tenant: .standard).total == 3)
      let keys = [id, .new(), alerts[1].alert.alertID].map { AlertKey(tenant: .standard, id: $0) }
      let found = try await database.alerts.alerts(keys + [AlertKey(tenant: other, id: id)])
      #expect(Set(found.map(\.alert)) == Set(alerts.map(\.alert)))
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func whoeverInsertsTheSameAtOnceCountsItOnce(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      var alerts: [StoredAlert] = []
      for number in 0..<20 { alerts.append(try await database.alert(campaign: "c\(number)")) }
      let all = alerts
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await database.alerts.insert(all.shuffled()).count } }
        return try await group.reduce(0, +)
      }
      #expect(counts == 20)
      #expect(try await database.alerts.statistics(campaignID: nil, tenant: .standard).active == 20)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func pagesComeNewestFirstAndLeaveNothingOut(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      var alerts: [StoredAlert] = []
      for number: Int64 in 0..<12 {
        alerts.append(
          try await database.alert(
            minutesAgo: number, campaign: number % 2 == 0 ? "even" : "odd", severity: number < 6 ? .high : .low))
      }
      try await database.alerts.insert(alerts.shuffled())
      let resolved = alerts[3].alert.alertID
      _ = try await database.alerts.apply(.resolve, to: resolved, by: nil, tenant: .standard) { _ in [] }
      func all(_ query: AlertQuery) async throws -> [AlertID] {
        var query = query
        var found: [AlertID] = []
        while true {
          let page = try await database.alerts.page(query, tenant: .standard)
          #expect(page.elements.count <= query.limit)
          found += page.elements.map(\.alertID)
          guard let next = page.next else { return found }
          query.before = next
        }
      }
      let ids = alerts.map(\.alert.alertID)
      for limit in [1, 5, 12, 100] {
        #expect(try await all(AlertQuery(includesResolved: true, limit: limit)) == ids, "\(limit)")
        #expect(try await all(AlertQuery(limit: limit)) == ids.filter { $0 != resolved }, "\(limit)")
      }
      let even = AlertFilter(campaignIDs: ["even"], severities: [.high])
      #expect(try await all(AlertQuery(even, limit: 2)) == [ids[0], ids[2], ids[4]])
      let since = AlertFilter(since: alerts[5].alert.timestamp, until: alerts[2].alert.timestamp)
      #expect(try await all(AlertQuery(since, includesResolved: true, limit: 2)) == Array(ids[3...5]))
      #expect(try await database.alerts.page(AlertQuery(), tenant: other).elements.isEmpty)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func statisticsCountWhatIsThere(_ adapter: PostgresAdapter) async throws {
    try await adapter.with { database async throws in
      #expect(try await database.alerts.statistics(campaignID: nil, tenant: .standard) == AlertStatistics())
      let alerts = [
        try await database.alert(), try await database.alert(severity: .low), try await database.alert(campaign: "c2"),
      ]
      try await database.alerts.insert(alerts)
      for (action, place) in [(AlertAction.acknowledge, 0), (.resolve, 0), (.acknowledge, 1), (.acknowledge, 1)] {
        _ = try await database.alerts.apply(action, to: alerts[place].alert.alertID, by: "ana", tenant: .standard) {
          _ in []
        }
      }
      #expect(
        try await database.alerts.statistics(campaignID: nil, tenant: .standard)
          == AlertStatistics(
            total: 3, active: 2, acknowledged: 2, resolved: 1, byType: ["roas_drop": 3],
            bySeverity: ["high": 2, "low": 1]))
      #expect(try await database.alerts.statistics(campaignID: "c2", tenant: .standard).total == 1)
      #expect(try await database.alerts.statistics(campaignID: "c9", tenant: .standard) == AlertStatistics())
      #expect(try await database.alerts.statistics(campaignID: nil, tenant: other) == AlertStatistics())
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func anActionThatTheStateForbidsChangesNothing(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let alert = try await database.alert()
      let id = alert.alert.alertID
      try await database.alerts.insert([alert])
      func apply(_ action: AlertAction, by user: String?, tenant: Tenant = .standard) async throws -> AppliedAction? {
        try await database.alerts.apply(action, to: id, by: user, tenant: tenant) { _ in [] }
      }
      let first = try #require(try await apply(.acknowledge, by: "ana"))
      #expect(first.change.flatMap { EventEnvelope(decoding: $0.envelope)?.kind } == .acknowledged)
      #expect(try await apply(.acknowledge, by: "ben") == AppliedAction(alert: first.alert, change: nil))
      let second = try #require(try await apply(.resolve, by: nil))
      #expect(second.alert.acknowledgement == first.alert.acknowledgement)
      #expect(second.change.flatMap { EventEnvelope(decoding: $0.envelope)?.kind } == .resolved)
      for action in AlertAction.allCases {
        #expect(try await apply(action, by: "ben") == AppliedAction(alert: second.alert, change: nil))
      }
      #expect(try await database.alerts.alert(id, tenant: .standard) == second.alert)
      #expect(try await apply(.resolve, by: nil, tenant: other) == nil)
      // What has to be announced stays there until somebody says that it was.
      let changes = try await database.alerts.unannouncedChanges(olderThan: 0, limit: 10)
      #expect(changes == [first.change, second.change].compactMap(\.self))
      #expect(try await database.alerts.unannouncedChanges(olderThan: 0, limit: 1) == [changes[0]])
      #expect(try await database.alerts.unannouncedChanges(olderThan: 3_600_000, limit: 10).isEmpty)
      for _ in 0..<2 { try await database.alerts.announced(changes: [changes[0].changeID, .new()]) }
      #expect(try await database.alerts.unannouncedChanges(olderThan: 0, limit: 10) == [changes[1]])
    }
  }

  @Test(arguments: PostgresAdapter.allCases, AlertAction.allCases) func ofManyAtOnceOneIsApplied(
    _ adapter: PostgresAdapter, _ action: AlertAction
  ) async throws {
    try await adapter.with { database async throws in
      let alert = try await database.alert()
      let id = alert.alert.alertID
      try await database.alerts.insert([alert])
      let results = try await withThrowingTaskGroup(of: AppliedAction?.self) { group in
        for number in 0..<30 {
          group.addTask {
            try await database.alerts.apply(action, to: id, by: "p\(number)", tenant: .standard) { _ in [] }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count { $0?.change != nil } == 1)
      #expect(Set(results.map { $0?.alert }).count == 1)
      #expect(try await database.alerts.unannouncedChanges(olderThan: 0, limit: 100).count == 1)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func deliveriesComeWithTheirAlertAndFollowItsChanges(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      var alert = try await database.alert()
      let id = alert.alert.alertID
      @Sendable func planned(_ cause: DeliveryCause, _ target: String, waits: Bool = false) -> PlannedDelivery {
        var delivery = PlannedDelivery(
          alertID: id, cause: cause, target: TargetName(receiver: "ops", target: target), channel: .webhook)
        delivery.waits = waits
        return delivery
      }
      alert.deliveries = [planned(.fired, "one"), planned(.fired, "later", waits: true)]
      let inserted = InsertedAlerts(count: 1, withDeliveries: [id])
      #expect(try await database.alerts.insert([alert]) == inserted)
      #expect(try await database.alerts.insert([alert]) == InsertedAlerts(count: 0))
      // Unfinished earlier deliveries go first, and who was never told hears of no change.
      let applied = try await database.alerts.apply(.acknowledge, to: id, by: nil, tenant: .standard) { changed in
        #expect(changed.acknowledgement != nil)
        return ["one", "later", "stranger"].map { planned(.acknowledged, $0) }
      }
      #expect(applied?.change != nil)
      #expect(applied?.leased == [])
      // Where nobody was to be told, nobody asks.
      let quiet = try await database.alert(campaign: "quiet")
      try await database.alerts.insert([quiet])
      _ = try await database.alerts.apply(.resolve, to: quiet.alert.alertID, by: nil, tenant: .standard) { _ in
        Issue.record("asked for deliveries")
        return []
      }
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func theNewestAlertOfAnEntitySinceAMoment(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let newer = try await database.alert(minutesAgo: 5)
      let older = try await database.alert(minutesAgo: 10)
      let others = [
        try await database.alert(minutesAgo: 1, rule: "r2"), try await database.alert(minutesAgo: 1, incarnation: "i2"),
        try await database.alert(minutesAgo: 1, campaign: "c2"), try await database.alert(minutesAgo: 1, ad: "a"),
      ]
      try await database.alerts.insert([newer, older] + others)
      func newest(since time: Timestamp, tenant: Tenant = .standard) async throws -> AlertID? {
        try await database.alerts.newestAlert(
          ruleID: "r1", incarnation: "i1", entity: Entity(campaignID: "c1"), tenant: tenant, since: time)
      }
      #expect(try await newest(since: Timestamp(milliseconds: 0)) == newer.alert.alertID)
      #expect(try await newest(since: newer.alert.timestamp) == newer.alert.alertID)
      #expect(try await newest(since: newer.alert.timestamp.advanced(by: 1)) == nil)
      #expect(try await newest(since: Timestamp(milliseconds: 0), tenant: other) == nil)
      // Also of one that is resolved.
      _ = try await database.alerts.apply(.resolve, to: newer.alert.alertID, by: nil, tenant: .standard) { _ in [] }
      #expect(try await newest(since: Timestamp(milliseconds: 0)) == newer.alert.alertID)
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func runningCooldownsAreThoseOfTheNewestAlerts(
    _ adapter: PostgresAdapter
  ) async throws {
    try await adapter.with { database async throws in
      let running = [
        try await database.alert(minutesAgo: 5), try await database.alert(minutesAgo: 6, ad: "a"),
        try await database.alert(minutesAgo: 29, campaign: "edge"),
        try await database.alert(minutesAgo: 599, rule: "long", campaign: "c2"),
      ]
      let others = [
        try await database.alert(minutesAgo: 7), try await database.alert(minutesAgo: 31, campaign: "c3"),
        try await database.alert(minutesAgo: 601, rule: "long", campaign: "c4"),
        try await database.alert(minutesAgo: 1, incarnation: "earlier", campaign: "c5"),
        try await database.alert(minutesAgo: 1, rule: "unknown", campaign: "c6"),
        try await database.alert(minutesAgo: 1, rule: "none", campaign: "c7"),
      ]
      try await database.alerts.insert((running + others).shuffled())
      let rules: [AlertRule] = [
        .sample("r1"), .sample("long", cooldownMinutes: 600), .sample("none", cooldownMinutes: 0),
      ]
      let snapshot = RuleSnapshot(version: 1, rules: [.standard: rules])
      var found: [RunningCooldown] = []
      let now = try await database.now()
      for try await page in database.alerts.runningCooldowns(of: snapshot, at: now) { found += page }
      #expect(found.count == running.count)
      #expect(Set(found.map(\.alertID)) == Set(running.map(\.alert.alertID)))
      #expect(
        found.first { $0.alertID == running[1].alert.alertID }
          == RunningCooldown(
            tenant: .standard, ruleID: "r1", incarnation: "i1", entity: Entity(campaignID: "c1", adID: "a"),
            alertID: running[1].alert.alertID, lengthMilliseconds: 30 * 60_000))
    }
  }

  @Test(arguments: PostgresAdapter.allCases) func lookingForWritesLeavesNothing(_ adapter: PostgresAdapter) async throws
  {
    try await adapter.with { database async throws in
      try await database.alerts.checkWrites()
      #expect(try await database.alerts.statistics(campaignID: nil, tenant: .standard) == AlertStatistics())
      #expect(try await database.alerts.page(AlertQuery(), tenant: .standard).elements.isEmpty)
    }
  }
}
