import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct CooldownWalkTests {
  private let now = Timestamp(milliseconds: 1_790_000_000_000)

  private func rule(_ id: String, minutes: Int) -> AlertRule {
    AlertRule(
      ruleID: id, name: id, alertType: .roasDrop, severity: .high, cooldownMinutes: minutes, incarnation: "one")
  }

  private func row(_ rule: String, minutesAgo: Int64, campaign: String) -> CooldownWalk.Row {
    CooldownWalk.Row(
      alertID: AlertID(lowerBound: now.advanced(by: -minutesAgo * 60_000)), ruleID: rule, incarnation: "one",
      entity: Entity(campaignID: campaign))
  }

  @Test func aRuleIsAskedForOnlyAsFarBackAsItReaches() {
    var walk = CooldownWalk(
      of: [rule("short", minutes: 10), rule("long", minutes: 100), rule("none", minutes: 0)], tenant: .standard, at: now
    )
    let lowest = AlertID(lowerBound: now.advanced(by: -6_000_000))
    #expect(walk.request == CooldownWalk.Request(from: lowest, before: .highest, ruleIDs: ["long", "short"]))
    let last = row("long", minutesAgo: 20, campaign: "b")
    #expect(walk.take([row("short", minutesAgo: 5, campaign: "a"), last], isLast: false).count == 2)
    #expect(walk.request == CooldownWalk.Request(from: lowest, before: last.alertID, ruleIDs: ["long"]))
    #expect(walk.take([row("long", minutesAgo: 30, campaign: "b")], isLast: true).isEmpty)
    #expect(walk.request == nil)
  }

  @Test func withoutACooldownNothingIsAskedFor() {
    #expect(CooldownWalk(of: [rule("none", minutes: 0)], tenant: .standard, at: now).request == nil)
  }
}
