import Testing
import TocsinCore
import TocsinJSON

@Suite struct EvaluationTests {
  @Test(arguments: [
    (ThresholdOperator.less, [true, false, false]), (.lessOrEqual, [true, true, false]),
    (.greater, [false, false, true]), (.greaterOrEqual, [false, true, true]), (.equal, [false, true, false]),
    (.notEqual, [true, false, true]),
  ])
  func operators(_ comparison: ThresholdOperator, _ expected: [Bool]) {
    let index = RuleIndex([.of("r", comparison, 2)])
    for (value, speaks) in zip([1.9, 2, 2.1], expected) {
      #expect(index.evaluate(.of("roas", value)).ruleIDs == (speaks ? ["r"] : []))
    }
  }

  @Test func matchesCarryTheValueAndComeInOrder() throws {
    let index = RuleIndex([.of("b"), .of("a"), .of("c", .greater), .of("d", enabled: false), .of("e", metric: "x")])
    guard case .matches(let matches) = index.evaluate(.of("roas", 1.5)) else {
      Issue.record("no matches")
      return
    }
    #expect(matches.map(\.rule.ruleID) == ["a", "b"])
    #expect(matches.map(\.value) == [1.5, 1.5])
    #expect(index.rules.map(\.ruleID) == ["a", "b", "c", "d", "e"])
    #expect(index["d"]?.enabled == false)
    #expect(index["z"] == nil)
    #expect(index.evaluate(.of("unknown", 1)).ruleIDs == [])
  }

  @Test func ofTwoRulesWithOneIDTheLaterCounts() {
    let index = RuleIndex([.of("a", .less), .of("a", .greater)])
    #expect(index.rules.count == 1)
    #expect(index.evaluate(.of("roas", 3)).ruleIDs == ["a"])
  }

  @Test(
    arguments: [
      ([:], [:], true), (["k": 1], [:], false), (["k": 1], ["k": 1], true), (["k": 1], ["k": 1.0], true),
      (["k": 1], ["k": 2], false), (["k": 1], ["k": "1"], false), (["k": nil], [:], false),
      (["k": nil], ["k": nil], true),
      (["k": 1, "l": ["x": [1]]], ["l": ["x": [1]], "k": 1, "m": 0], true),
      (["k": ["a": 1, "b": 2]], ["k": ["b": 2, "a": 1]], true),
      (["k": [1, 2]], ["k": [2, 1]], false), (["k": true], ["k": 1], false),
    ] as [(JSONObject, JSONObject, Bool)])
  func conditions(_ conditions: JSONObject, _ context: JSONObject, _ speaks: Bool) {
    let index = RuleIndex([.of("r", conditions: conditions)])
    #expect(index.evaluate(.of("roas", 1, context: context)).ruleIDs == (speaks ? ["r"] : []))
  }

  @Test func manyConditionsAreStillCompared() {
    let many = JSONObject((0..<3000).map { ("k\($0)", .integer(Int64($0))) })
    let index = RuleIndex([.of("r", conditions: many)])
    #expect(index.evaluate(.of("roas", 1, context: many)).ruleIDs == ["r"])
    var other = many
    other["k2999"] = 0
    #expect(index.evaluate(.of("roas", 1, context: other)).ruleIDs == [])
  }

  /// With types: rules of those types that watch the check's metric or their type's usual one, and no others.
  @Test(
    arguments: [
      ("roas", nil, ["cpa-on-roas", "drop"]), ("roas", [AlertType.roasDrop], ["drop"]),
      ("roas", [.highCPA], ["cpa", "cpa-on-roas"]), ("custom", nil, ["drop-on-custom"]),
      ("custom", [.roasDrop], ["drop", "drop-on-custom"]),
      ("custom", [.highCPA, .roasDrop, .roasDrop], ["cpa", "drop", "drop-on-custom"]),
      ("nothing", nil, []), ("nothing", [.roasDrop], ["drop"]), ("nothing", [.lowImpressions], []), ("nothing", [], []),
      ("roas", [], ["cpa-on-roas", "drop"]),
    ] as [(String, [AlertType]?, [String])])
  func types(_ metric: String, _ types: [AlertType]?, _ expected: [String]) {
    let index = RuleIndex([
      .of("drop"), .of("drop-on-custom", metric: "custom"), .of("cpa", .highCPA),
      .of("cpa-on-roas", .highCPA, metric: "roas"),
      .of("off", enabled: false),
    ])
    #expect(index.evaluate(.of(metric, 1, types: types)).ruleIDs == expected)
  }
}

@Suite struct AggregationTests {
  /// Earlier samples 10, 20, 30; the new one is 5.
  private let window = WindowAggregate(count: 4, sum: 65, minimum: 5, maximum: 30)

  private func resume(
    _ rules: [AlertRule], value: Double = 5, context: JSONObject = [:], types: [AlertType]? = nil,
    _ windows: [Int: WindowAggregate]
  ) -> [RuleMatch] {
    guard
      case .needsWindows(_, let pending) = RuleIndex(rules).evaluate(.of("roas", value, context: context, types: types))
    else {
      Issue.record("no windows asked for")
      return []
    }
    return pending.resume(windows)
  }

  @Test(arguments: [
    (Aggregation.avg, 16.25), (.min, 5), (.max, 30), (.sum, 65), (.count, 4), (.dropPct, 75), (.risePct, -75),
  ])
  func values(_ aggregation: Aggregation, _ expected: Double) {
    let matches = resume([.of("r", .greater, -1000, aggregation: aggregation)], [60: window])
    #expect(matches.map(\.value) == [expected])
  }

  @Test func theAggregateIsCompared() {
    #expect(resume([.of("r", .less, 16.25, aggregation: .avg)], [60: window]).isEmpty)
    #expect(resume([.of("r", .less, 16.26, aggregation: .avg)], [60: window]).count == 1)
  }

  @Test(
    arguments: [
      (WindowAggregate(count: 3, sum: 25, minimum: 5, maximum: 10), [:], false),
      (WindowAggregate(count: 4, sum: 35, minimum: 5, maximum: 10), [:], true),
      (WindowAggregate(count: 2, sum: 15, minimum: 5, maximum: 10), ["min_samples": 1], true),
      (WindowAggregate(count: 1, sum: 5, minimum: 5, maximum: 5), ["min_samples": 1], false),
      (WindowAggregate(count: 5, sum: 45, minimum: 5, maximum: 10), ["min_samples": 5], false),
      // An average of 0, exactly and but for rounding.
      (WindowAggregate(count: 4, sum: 5, minimum: -10, maximum: 10), [:], false),
      (WindowAggregate(count: 4, sum: 5 + 1e-15, minimum: -10, maximum: 10), [:], false),
      // Figures that no double holds.
      (WindowAggregate(count: 4, sum: .infinity, minimum: 5, maximum: 1e308), [:], false),
    ] as [(WindowAggregate, JSONObject, Bool)])
  func dropsNeedSomethingToCompareWith(_ window: WindowAggregate, _ metadata: JSONObject, _ speaks: Bool) {
    for aggregation in [Aggregation.dropPct, .risePct] {
      let rule = AlertRule.of("r", .notEqual, 12345, aggregation: aggregation, metadata: metadata)
      #expect(resume([rule], [60: window]).isEmpty == !speaks)
    }
  }

  @Test func dropsBelowANegativeAverageArePositive() {
    // Earlier -10, -10, -10; the new one is -15.
    let window = WindowAggregate(count: 4, sum: -45, minimum: -15, maximum: -10)
    let rules = [AlertRule.of("r", .greater, 0, aggregation: .dropPct)]
    #expect(resume(rules, value: -15, [60: window]).map(\.value) == [50])
  }

  @Test func asksForEachLookbackOnceAndEvaluatesAllRules() {
    let rules = [
      AlertRule.of("plain", .less, 100), .of("a", .greater, 0, lookback: 120, aggregation: .avg),
      .of("b", .greater, 0, lookback: 60, aggregation: .max), .of("c", .greater, 0, lookback: 120, aggregation: .min),
      .of("off", lookback: 5, aggregation: .avg, enabled: false),
      .of("else", metric: "x", lookback: 7, aggregation: .avg),
    ]
    guard case .needsWindows(let lookbacks, let pending) = RuleIndex(rules).evaluate(.of("roas", 5)) else {
      Issue.record("no windows asked for")
      return
    }
    #expect(lookbacks == [60, 120])
    #expect(pending.resume([60: window, 120: window]).map(\.rule.ruleID) == ["a", "b", "c", "plain"])
    #expect(pending.resume([60: window]).map(\.rule.ruleID) == ["b", "plain"])
  }

  @Test func theSampleCountsEvenIfConditionsDoNotHold() {
    let rules = [AlertRule.of("r", .greater, 0, aggregation: .avg, conditions: ["k": 1])]
    #expect(resume(rules, [60: window]).isEmpty)
    #expect(resume(rules, context: ["k": 1], [60: window]).count == 1)
  }

  @Test func typesDecideWhetherAWindowIsNeeded() {
    let index = RuleIndex([.of("r", .greater, 0, aggregation: .avg), .of("cpa", .highCPA, .greater, 0)])
    #expect(index.evaluate(.of("mine", 5, types: [.highCPA])).ruleIDs == ["cpa"])
    #expect(index.evaluate(.of("mine", 5, types: [.highCPA, .roasDrop])).ruleIDs == nil)
    #expect(index.evaluate(.of("mine", 5)).ruleIDs == [])
  }
}
