import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct RuleLimitsTests {
  private let limits = RuleLimits(rules: 3, lookbacks: 2)

  private func rule(
    _ id: String, metric: String = "roas", lookback: Int = 60, aggregation: Aggregation = .last, enabled: Bool = true
  ) -> AlertRule {
    AlertRule(
      ruleID: id, name: id, alertType: .roasDrop, severity: .high, enabled: enabled, metricName: metric,
      lookbackMinutes: lookback, aggregation: aggregation)
  }

  @Test func aMetricHasSoManyEnabledRules() {
    let rules = ["a", "b", "c"].map { rule($0) } + [rule("d", enabled: false)]
    let refusal = limits.refusal(of: rule("e"), among: rules)
    #expect(refusal?.code == .invalid)
    #expect(refusal?.pointer == "/metric_name")
    #expect(refusal?.message == "roas has 3 enabled rules, and may have 3: disable or delete one first")
    #expect(limits.refusal(of: rule("d"), among: rules) != nil)
    // What is there already may be changed, what is disabled made, and another metric used.
    #expect(limits.refusal(of: rule("a", lookback: 5), among: rules) == nil)
    #expect(limits.refusal(of: rule("e", enabled: false), among: rules) == nil)
    #expect(limits.refusal(of: rule("e", metric: "cpa"), among: rules) == nil)
    #expect(limits.refusal(of: rule("a", metric: "cpa"), among: rules) == nil)
  }

  @Test func aMetricHasSoManyLookbacks() {
    let rules = [rule("a", lookback: 5, aggregation: .avg), rule("b", lookback: 10, aggregation: .sum)]
    let refusal = limits.refusal(of: rule("c", lookback: 15, aggregation: .avg), among: rules)
    #expect(refusal?.pointer == "/lookback_minutes")
    #expect(
      refusal?.message
        == "rules on roas have 2 different lookbacks, and may have 2: use one that another rule has")
    #expect(limits.refusal(of: rule("c", lookback: 10, aggregation: .avg), among: rules) == nil)
    #expect(limits.refusal(of: rule("c", lookback: 15), among: rules) == nil)
    #expect(limits.refusal(of: rule("b", lookback: 15, aggregation: .avg), among: rules) == nil)
    // Rules from before there was a limit can be changed in everything else.
    let many = rules + [rule("c", lookback: 15, aggregation: .avg)]
    #expect(limits.refusal(of: rule("c", lookback: 15, aggregation: .max), among: many) == nil)
    #expect(limits.refusal(of: rule("c", lookback: 20, aggregation: .max), among: many) != nil)
  }
}
