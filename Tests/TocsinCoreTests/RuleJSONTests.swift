import Testing
import TocsinCore
import TocsinJSON

@Suite struct RuleJSONTests {
  private let minimal: JSONObject = ["rule_id": "r.1:a-b_C", "name": "n", "alert_type": "high_cpa", "severity": "low"]

  @Test func defaultsFillWhatIsAbsent() throws {
    let rule = try AlertRule(json: .object(minimal))
    #expect(rule == AlertRule(ruleID: "r.1:a-b_C", name: "n", alertType: .highCPA, severity: .low))
    #expect(rule.metricName == "cpa")
    #expect(rule.enabled)
    #expect(rule.threshold == 0)
    #expect(rule.thresholdOperator == .less)
    #expect(rule.lookbackMinutes == 60)
    #expect(rule.cooldownMinutes == 30)
    #expect(rule.aggregation == .last)
    #expect(rule.minimumSamples == 3)
  }

  @Test func readsEverythingAndIgnoresTheServersFields() throws {
    let json = try JSON(
      parsing: #"""
        {"rule_id":"r","name":"N","alert_type":"roas_drop","severity":"critical","enabled":false,"metric_name":"m",
        "threshold":2,"threshold_operator":"!=","lookback_minutes":10080.0,"cooldown_minutes":0,
        "aggregation":"drop_pct","conditions":{"a":1},"metadata":{"min_samples":5,"action":"Act."},
        "created_at":"2020-01-01T00:00:00Z","updated_at":7,"incarnation":"x","version":9,"more":true}
        """#)
    #expect(
      try AlertRule(json: json)
        == AlertRule(
          ruleID: "r", name: "N", alertType: .roasDrop, severity: .critical, enabled: false, metricName: "m",
          threshold: 2, thresholdOperator: .notEqual, lookbackMinutes: 10_080, cooldownMinutes: 0,
          aggregation: .dropPct, conditions: ["a": 1], metadata: ["min_samples": 5, "action": "Act."]))
    #expect(try AlertRule(json: json).minimumSamples == 5)
  }

  @Test(
    arguments: [
      ("rule_id", "a b"), ("rule_id", ""), ("rule_id", .string(String(repeating: "a", count: 129))), ("rule_id", nil),
      ("rule_id", "é"), ("name", ""), ("name", .string(String(repeating: "a", count: 513))), ("name", 1),
      ("name", "a\0"), ("alert_type", "x"), ("severity", "worst"), ("enabled", 1), ("metric_name", ""),
      ("threshold", "1"), ("threshold", .number(.nan)), ("threshold_operator", "=<"), ("lookback_minutes", 0),
      ("lookback_minutes", 10_081), ("lookback_minutes", 1.5), ("cooldown_minutes", -1), ("cooldown_minutes", 10_081),
      ("aggregation", "median"), ("conditions", []), ("metadata", "x"), ("conditions", ["a": "\0"]),
      ("metadata", ["a": .string(String(repeating: "x", count: 16 << 10))]),
    ] as [(String, JSON)])
  func refuses(_ field: String, _ value: JSON) {
    var body = minimal
    body[field] = value
    let error = #expect(throws: ValidationError.self) { try AlertRule(json: .object(body)) }
    #expect(error?.errors.map(\.pointer) == ["/\(field)"])
    #expect(error?.errors.first?.detail.hasPrefix(field) == true)
    #expect(error?.kind == .invalid)
  }

  @Test func namesAllFaultsAtOnce() {
    let error = #expect(throws: ValidationError.self) {
      try AlertRule(json: ["threshold": true, "enabled": "yes", "metadata": ["min_samples": 0]])
    }
    #expect(
      Set(error?.errors.map(\.pointer) ?? []) == [
        "/rule_id", "/name", "/alert_type", "/severity", "/threshold", "/enabled", "/metadata/min_samples",
      ])
    #expect(throws: ValidationError.self) { try AlertRule(json: []) }
  }

  @Test func aRequestMayNotNameWhatIsNoField() throws {
    var body = minimal
    body["treshold"] = 2
    body["treshold_operator"] = "<"
    body["lookback_minutes"] = 0
    body["team"] = "growth"
    let error = #expect(throws: ValidationError.self) { try AlertRule(request: .object(body)) }
    #expect(
      Dictionary(uniqueKeysWithValues: error?.errors.map { ($0.pointer, $0.detail) } ?? []) == [
        "/treshold": "treshold is not known; did you mean threshold?",
        "/treshold_operator": "treshold_operator is not known; did you mean threshold_operator?",
        "/lookback_minutes": "lookback_minutes must be a whole number from 1 to 10080.",
        "/team": """
        team is not known; known are rule_id, name, alert_type, severity, enabled, metric_name, threshold, \
        threshold_operator, lookback_minutes, cooldown_minutes, aggregation, conditions, metadata.
        """,
      ])
  }

  @Test func whatWasReadCanBeSentBack() throws {
    var rule = DefaultRules.all[0]
    rule.metadata["anything"] = ["at": "all"]
    rule.conditions = ["what": "ever"]
    #expect(try AlertRule(request: rule.json) == rule)
    // What a node has stored is read also where a newer release wrote it.
    var newer = try #require(rule.storedJSON.object)
    newer["match"] = ["campaign_ids": ["x"]]
    #expect(try AlertRule(storedJSON: .object(newer)).ruleID == rule.ruleID)
  }

  @Test func storedFormKeepsEverything() throws {
    var rule = AlertRule.of("r", .lowImpressions, .notEqual, 2.5, aggregation: .risePct, conditions: ["a": [1]])
    rule.createdAt = Timestamp(milliseconds: 1_700_000_000_123)
    rule.updatedAt = Timestamp(milliseconds: 1_800_000_000_456)
    rule.version = 1 << 40
    #expect(try AlertRule(storedJSON: JSON(parsing: rule.storedJSON.bytes)) == rule)
    #expect(
      rule.json.object?.members.map(\.key) == [
        "rule_id", "name", "alert_type", "severity", "enabled", "metric_name", "threshold", "threshold_operator",
        "lookback_minutes", "cooldown_minutes", "aggregation", "conditions", "metadata", "created_at", "updated_at",
      ])
  }

  @Test func defaultRulesAreThoseOfTheContract() throws {
    #expect(DefaultRules.all.count == 11)
    #expect(Set(DefaultRules.all.map(\.ruleID)).count == 11)
    for rule in DefaultRules.all {
      #expect(try AlertRule(json: rule.json) == rule)
      #expect(rule.metadata["action"]?.string?.isEmpty == false)
      #expect(rule.metadata["description"]?.string?.isEmpty == false)
      #expect(rule.metricName == rule.alertType.usualMetric)
    }
    let spent = try #require(DefaultRules.all.first { $0.ruleID == "budget_warning_80" })
    #expect(spent.threshold == 80)
    #expect(spent.thresholdOperator == .greaterOrEqual)
    #expect(spent.lookbackMinutes == 1440)
    #expect(spent.cooldownMinutes == 360)
    #expect(Set(DefaultRules.all.map(\.alertType)) == Set(AlertType.allCases))
  }

  @Test func aLongerCooldownIsKeptWithTheRuleAndShownToNobody() throws {
    var rule = AlertRule(ruleID: "a", name: "a", alertType: .roasDrop, severity: .high, cooldownMinutes: 60)
    #expect(!rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: 0)))
    rule.cooldownLengthenedAt = Timestamp(milliseconds: 1_000_000)
    #expect(try AlertRule(storedJSON: JSON(parsing: rule.storedJSON.bytes)) == rule)
    #expect(rule.json.object?["cooldown_lengthened_at"] == nil)
    #expect(rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: 1_000_000 + 61 * 60_000 - 1)))
    #expect(!rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: 1_000_000 + 61 * 60_000)))
    #expect(!rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: .max)))
    #expect(rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: -1)))
    rule.cooldownMinutes = 0
    #expect(!rule.mayHaveForgottenCooldowns(at: Timestamp(milliseconds: 1_000_000)))
  }
}
