import Testing
import TocsinCore
import TocsinJSON

@Suite struct RuleExplanationTests {
  private typealias Verdict = RuleExplanation.Verdict

  private func explain(
    _ rules: [AlertRule], _ check: Check, windows: [Int: WindowAggregate] = [:]
  ) -> [RuleExplanation] {
    RuleIndex(rules).explain(check, windows: windows)
  }

  private func window(_ samples: Double...) -> WindowAggregate {
    WindowAggregate(
      count: samples.count, sum: samples.reduce(0, +), minimum: samples.min() ?? 0, maximum: samples.max() ?? 0)
  }

  @Test func whatTheValueAndTheThresholdAreIsTold() {
    let rules = [AlertRule.of("a"), .of("b", .greater), .of("c", metric: "x")]
    let found = explain(rules, .of("roas", 1.5))
    #expect(found.map(\.ruleID) == ["a", "b"])
    #expect(found.map(\.verdict) == [.fires, .threshold])
    #expect(found.map(\.value) == [1.5, 1.5])
    #expect(found.map(\.threshold) == [2, 2])
    #expect(
      found.map(\.detail) == [
        "Return on ad spend is 1.50x, below the threshold of 2.00x.",
        "Return on ad spend is 1.50x, not above the threshold of 2.00x.",
      ])
  }

  @Test(
    arguments: [
      (["tier": 1], #"The check's context has no region."#),
      (["region": "us", "tier": 1], #"region of the check's context is "us"; the rule's condition is "eu"."#),
      (
        ["region": "us", "tier": 2],
        #"region of the check's context is "us"; the rule's condition is "eu". 1 more of the conditions does not hold."#
      ),
      (["region": "eu", "tier": "1"], #"tier of the check's context is "1"; the rule's condition is 1."#),
      (["region": nil, "tier": 1], #"region of the check's context is null; the rule's condition is "eu"."#),
    ] as [(JSONObject, String)])
  func theConditionThatDoesNotHoldIsNamed(context: JSONObject, detail: String) {
    let rule = AlertRule.of("a", conditions: ["region": "eu", "tier": 1])
    let found = explain([rule], .of("roas", 1.5, context: context))
    #expect(found.map(\.verdict) == [.conditions])
    #expect(found.first?.value == 1.5)
    #expect(found.first?.detail == detail)
  }

  @Test func howManyConditionsDoNotHoldIsTold() {
    let rule = AlertRule.of("a", conditions: ["a": 1, "b": .string(String(repeating: "x", count: 200)), "c": 3])
    #expect(
      explain([rule], .of("roas", 1)).first?.detail
        == "The check's context has no a. 2 more of the conditions do not hold.")
    #expect(
      explain([rule], .of("roas", 1, context: ["a": 1, "b": 2, "c": 3])).first?.detail
        == "b of the check's context differs from the rule's condition.")
  }

  /// Where value and conditions both are against it, the value is told: so a rule decides, too.
  @Test func theThresholdGoesBeforeTheConditions() {
    #expect(explain([.of("a", conditions: ["region": "eu"])], .of("roas", 9)).map(\.verdict) == [.threshold])
  }

  @Test func rulesThatDoNotApplyAreTold() {
    let rules = [
      AlertRule.of("a"), .of("b", .highCPA, metric: "mine"), .of("c", .lowImpressions, metric: "mine"),
      .of("d", enabled: false), .of("e", metric: "mine", enabled: false), .of("f", .highCPA),
    ]
    let types: [AlertType] = [.roasDrop, .lowImpressions]
    let found = explain(rules, .of("mine", 1.5, types: types))
    #expect(found.map(\.ruleID) == ["a", "b", "c", "d", "e"])
    #expect(found.map(\.verdict) == [.fires, .alertTypes, .fires, .disabled, .disabled])
    #expect(found.map(\.value) == [1.5, nil, 1.5, nil, nil])
    #expect(
      found[1].detail == "The check is only for rules of type roas_drop, low_impressions; this one is of type high_cpa."
    )
    #expect(found[3].detail == "The rule is disabled.")
    #expect(explain(rules, .of("mine", 1.5)).map(\.ruleID) == ["b", "c", "e"])
    #expect(explain(rules, .of("unknown", 1.5)).isEmpty)
  }

  @Test func whatAWindowLacksIsTold() {
    let rules = [
      AlertRule.of("a", .greater, 10, aggregation: .dropPct), .of("b", .greater, 10, lookback: 120, aggregation: .avg),
      .of("c", .greater, 10, lookback: 5, aggregation: .risePct, metadata: ["min_samples": 1]),
    ]
    let found = explain(
      rules, .of("roas", 6), windows: [60: window(8, 6), 120: window(20, 10, 6), 5: window(3, -3, 6)])
    #expect(found.map(\.verdict) == [.samples, .fires, .samples])
    #expect(found.map(\.value) == [nil, 12, nil])
    #expect(found[0].detail == "There is 1 earlier sample in the last 60 min; drop_pct needs 3.")
    #expect(
      found[1].detail == "Return on ad spend is 12.00x (average of the last 2 h), above the threshold of 10.00x.")
    #expect(
      found[2].detail
        == "The average of the earlier samples of the last 5 min is 0, or too small to measure a change against.")
    // As of a check whose windows could not be read, nothing is told but that.
    #expect(explain(rules, .of("roas", 6)).map(\.verdict) == [.samples, .samples, .samples])
  }

  @Test func aCooldownTakesThePlaceOfFiring() throws {
    var found = try #require(explain([.of("a")], .of("roas", 1.5)).first)
    let until = Timestamp(milliseconds: 1_800_000_000_000)
    found.hold(
      Suppression(ruleID: "a", reason: .cooldown, until: until, alertID: sampleAlertID), cooldownMinutes: 30)
    #expect(found.verdict == .cooldown)
    #expect(found.until == until)
    #expect(found.alertID == sampleAlertID)
    #expect(
      found.detail == "Return on ad spend is 1.50x, below the threshold of 2.00x. The cooldown of 30 min that alert "
        + "\(sampleAlertID) began runs until \(until).")
    var newer = try #require(explain([.of("a")], .of("roas", 1.5)).first)
    newer.hold(Suppression(ruleID: "a", reason: .newerRelease, until: nil, alertID: nil), cooldownMinutes: 30)
    #expect(newer.detail.hasSuffix("A node of a newer release holds it back; this release cannot read until when."))
  }

  @Test func theWireFormIsReadAgain() throws {
    var rules = explain([.of("a"), .of("b", .greater), .of("c", enabled: false)], .of("roas", 1.5))
    rules[0].hold(
      Suppression(ruleID: "a", reason: .cooldown, until: sampleAlertID.timestamp, alertID: sampleAlertID),
      cooldownMinutes: 30)
    let explanation = CheckExplanation(metricName: "roas", isKnown: true, didYouMean: [], rules: rules)
    #expect(CheckExplanation(json: explanation.json) == explanation)
    let members = try #require(explanation.json.object?["rules"]?.array).map { $0.object?.members.map(\.key) }
    let always = ["rule_id", "name", "verdict", "value", "threshold", "detail"]
    #expect(members == [always + ["until", "alert_id"], always, always])
    #expect(CheckExplanation(json: ["rules": []]) == nil)
    let unknown = CheckExplanation(metricName: "raos", isKnown: false, didYouMean: ["roas"], rules: [])
    #expect(CheckExplanation(json: unknown.json) == unknown)
  }

  @Test func severalNearNamesAreFound() {
    let names: Set = ["roas", "roas_1", "cpa", "ctr", "roa"]
    #expect(NearestName.all("raos", among: names) == ["roas", "roa"])
    #expect(NearestName.all("raos", among: names, limit: 1) == ["roas"])
    #expect(NearestName.all("nothing_like_it", among: names) == [])
  }
}
