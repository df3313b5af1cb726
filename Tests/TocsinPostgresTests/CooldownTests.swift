import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct CooldownTests {
  private static func rule(_ id: String, cooldown: Int, incarnation: String = "one") -> AlertRule {
    AlertRule(
      ruleID: id, name: id, alertType: .roasDrop, severity: .high, cooldownMinutes: cooldown, incarnation: incarnation)
  }

  private static let minute: Int64 = 60_000

  @Test(arguments: [1, 2, 5000])
  func theNewestAlertOfEachEntityAndRuleWhoseCooldownRuns(pageSize: Int) async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      func alert(
        _ minutes: Int64, _ rule: String, _ incarnation: String = "one", campaign: String, ad: String = ""
      )
        -> Alert
      {
        Samples.alert(
          at: now.advanced(by: -minutes * Self.minute), rule: rule, incarnation: incarnation, campaign: campaign, ad: ad
        )
      }
      let running = [
        alert(5, "short", campaign: "c1"), alert(6, "short", campaign: "c1", ad: "a"), alert(6, "long", campaign: "c1"),
        alert(599, "long", campaign: "c2"), alert(30, "short", campaign: "edge"),
      ]
      let others = [
        alert(7, "short", campaign: "c1"), alert(31, "short", campaign: "c3"), alert(601, "long", campaign: "c4"),
        alert(1, "short", "earlier", campaign: "c5"), alert(1, "unknown", campaign: "c6"),
        alert(1, "none", campaign: "c7"),
      ]
      try await stores.alerts.insert(Samples.stored((running + others).shuffled()))
      var other = StoredAlert(alert: alert(3, "short", campaign: "c1"), tenant: Tenant(rawValue: "other"))
      try await stores.alerts.insert([other])
      other.tenant = Tenant(rawValue: "without rules")
      other.alert = alert(3, "short", campaign: "c1")
      try await stores.alerts.insert([other])

      let rules = [
        Self.rule("short", cooldown: 30), Self.rule("long", cooldown: 600), Self.rule("none", cooldown: 0),
      ]
      let snapshot = RuleSnapshot(
        version: 1, rules: [.standard: rules, Tenant(rawValue: "other"): [Self.rule("short", cooldown: 30)]])
      var pages = CooldownPages(readers: stores.alerts.readers, rules: snapshot, now: now)
      pages.pageSize = pageSize
      var found: [RunningCooldown] = []
      for try await page in pages { found += page }

      #expect(found.count == 6)
      let own = found.filter { $0.tenant == .standard }
      #expect(Set(own.map(\.alertID)) == Set(running.map(\.alertID)))
      let short = own.first { $0.alertID == running[1].alertID }
      #expect(
        short
          == RunningCooldown(
            tenant: .standard, ruleID: "short", incarnation: "one", entity: Entity(campaignID: "c1", adID: "a"),
            alertID: running[1].alertID, lengthMilliseconds: 30 * Self.minute))
    }
  }

  @Test func thePortGivesThemInPages() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      try await stores.alerts.insert(Samples.stored([Samples.alert(at: now)]))
      let snapshot = RuleSnapshot(version: 1, rules: [.standard: [Self.rule("roas_low", cooldown: 30)]])
      var count = 0
      for try await page in stores.alerts.runningCooldowns(of: snapshot, at: now) { count += page.count }
      #expect(count == 1)
    }
  }

  @Test func theNewestAlertOfRuleIncarnationAndEntity() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let old = Samples.alert(at: now.advanced(by: -1000), ad: "a")
      let newest = Samples.alert(at: now, ad: "a")
      try await stores.alerts.insert(
        Samples.stored([
          old, newest, Samples.alert(at: now.advanced(by: 5), rule: "other", ad: "a"),
          Samples.alert(at: now.advanced(by: 5), incarnation: "two", ad: "a"),
          Samples.alert(at: now.advanced(by: 5), ad: "b"),
        ]))
      func find(_ since: Timestamp, incarnation: String = "one", tenant: Tenant = .standard) async throws -> AlertID? {
        try await stores.alerts.newestAlert(
          ruleID: "roas_low", incarnation: incarnation, entity: Entity(campaignID: "c1", adID: "a"), tenant: tenant,
          since: since)
      }
      #expect(try await find(now.advanced(by: -5000)) == newest.alertID)
      #expect(try await find(now) == newest.alertID)
      #expect(try await find(now.advanced(by: 1)) == nil)
      #expect(try await find(now, incarnation: "three") == nil)
      #expect(try await find(now, tenant: Tenant(rawValue: "other")) == nil)
      // Resolving an alert does not end its cooldown.
      _ = try await stores.alerts.apply(.resolve, to: newest.alertID, by: nil, tenant: .standard)
      #expect(try await find(now.advanced(by: -5000)) == newest.alertID)
    }
  }
}
