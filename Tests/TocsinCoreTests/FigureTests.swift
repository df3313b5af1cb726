import Fuzzing
import Testing
import TocsinJSON

@testable import TocsinCore

@Suite struct FigureTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (2, "2"), (1000, "1000"), (-3, "-3"), (1.5, "1.5"), (100.30000000000001, "100.3"),
    (0.0005, "0.0005"), (1e-9, "0.000000001"), (-1e-9, "-0.000000001"), (0.123456, "0.123"), (7.256, "7.26"),
    (0.30000000000000004, "0.3"), (999.9999999999999, "1000"), (0.9999, "1"), (12_345.678, "12346"),
    (1e20, "100000000000000000000"),
    (1_234_567, "1234567"), (1e21, "1e21"), (-1.25e300, "-1.25e300"), (Double.leastNonzeroMagnitude, "5e-324"),
    (123_456e-20, "0.00000000000000123"),
  ])
  func alone(_ value: Double, _ text: String) {
    #expect(Figure.text(value) == text)
  }

  @Test(arguments: [
    (100.30000000000001, 100.0, "100.3", "100"), (0.0005, 0.0004, "0.0005", "0.0004"),
    (1e-9, 0.0, "0.000000001", "0"), (-0.0, 0.0, "0", "0"), (999.9999999999999, 1000, "999.9999999999999", "1000"),
    (1.996, 2, "1.996", "2"), (0.05, 100, "0.05", "100"), (1e300, 1.00001e300, "1e300", "1.00001e300"),
    (99_999.6, 100_000.2, "99999.6", "100000.2"),
  ])
  func besideItsThreshold(_ value: Double, _ threshold: Double, _ first: String, _ second: String) {
    #expect(Figure.texts(value, threshold) == (first, second))
  }

  @Test(arguments: [
    (MetricUnit.multiple, 1.5, 2.0, "1.50x", "2.00x"), (.percent, 33.333, 20, "33.3 %", "20 %"),
    (.percent, 0.04, 0, "0.04 %", "0 %"), (.currency("USD"), 100.30000000000001, 100, "$100.30", "$100.00"),
    (.currency("EUR"), -3, 0.0049, "-€3.00", "€0.0049"), (.currency("CHF"), 12, 10, "12.00 CHF", "10.00 CHF"),
    (.currency("JPY"), 1500, 1499.6, "¥1500", "¥1499.6"), (.currency("KWD"), 1.5, 1, "1.500 KWD", "1.000 KWD"),
    (.named("ms"), 850, 100.5, "850 ms", "100.5 ms"), (.named("/day"), 3, 2, "3/day", "2/day"),
    (.plain, 3, 2, "3", "2"),
  ])
  func withAUnit(_ unit: MetricUnit, _ value: Double, _ threshold: Double, _ first: String, _ second: String) {
    #expect(unit.texts(value, threshold) == (first, second))
  }

  /// Any doubles, doubles next to each other, and what people send.
  private func pairs() -> [(Double, Double)] {
    var generator = SeededGenerator(seed: 26)
    var pairs: [(Double, Double)] = []
    while pairs.count < 20_000 {
      let any = Double(bitPattern: generator.next())
      guard any.isFinite else { continue }
      let usual =
        Double(Int.random(in: -9_999...9_999, using: &generator))
        / Double([1, 10, 1000, 7].randomElement(using: &generator) ?? 1)
      let other = usual + Double(Int.random(in: -2...2, using: &generator)) / 10_000
      pairs += [(any, any.nextUp), (usual, other), (usual, usual.nextDown), (any, usual), (usual, usual)]
    }
    return pairs.filter { $0.1.isFinite }
  }

  @Test func textsDifferExactlyWhereTheNumbersDo() {
    let units: [MetricUnit] = [.plain, .multiple, .percent, .currency("EUR"), .currency("JPY"), .named("ms")]
    for (index, (value, threshold)) in pairs().enumerated() {
      let unit = units[index % units.count]
      let texts = unit.texts(value, threshold)
      #expect((texts.value == texts.threshold) == (value == threshold), "\(value) \(threshold) \(texts)")
    }
  }

  @Test func nothingReadsAsZeroButZero() {
    for (value, threshold) in pairs() {
      for text in [Figure.text(value), Figure.texts(value, threshold).value] {
        #expect((Double(text) == 0) == (value == 0), "\(value) \(text)")
        #expect(text != "-0")
        let isUsual = value == 0 || (1e-15..<1e21).contains(value.magnitude)
        #expect(text.contains("e") == !isUsual, "\(value) \(text)")
      }
    }
  }

  @Test func aFigureHasAtMostFourDigitsMoreThanTellItApart() {
    for (value, threshold) in pairs() where (1e-6..<1e12).contains(value.magnitude) && threshold.magnitude < 1e12 {
      let texts = Figure.texts(value, threshold)
      let decimals = texts.value.split(separator: ".").dropFirst().first?.utf8.count ?? 0
      guard decimals > 4 else { continue }
      // Rounded four digits earlier it would read as the threshold does, or as 0.
      let scale = (0..<(decimals - 4)).reduce(1.0) { scale, _ in scale * 10 }
      let isAlike = (value * scale).rounded() == (threshold * scale).rounded()
      #expect(isAlike || (value * scale).rounded() == 0, "\(value) \(threshold) \(texts)")
    }
  }

  @Test func whatWasSetIsExact() {
    #expect(Figure.exact(100.125) == "100.125")
    #expect(Figure.exact(-0.0) == "0")
    #expect(Figure.exact(1e-9) == "0.000000001")
    #expect(Figure.exact(2) == "2")
    for (value, _) in pairs() { #expect(Double(Figure.exact(value)) == value) }
  }
}

@Suite struct MetricUnitTests {
  private func alert(_ rule: AlertRule, _ value: Double, context: JSONObject = [:], metric: String? = nil) -> Alert {
    Alert(
      RuleMatch(rule: rule, value: value), check: .of(metric ?? rule.metricName, value, context: context),
      alertID: sampleAlertID)
  }

  @Test func noCurrencyThatNobodyNamed() {
    let alert = alert(.of("r", .highCPA, .greater, 100), 100.30000000000001)
    #expect(alert.message.hasPrefix("An acquisition costs 100.3, above the threshold of 100."))
    #expect(alert.figuresWithUnit == ("100.3", "100"))
    #expect(alert.details["unit"] == nil)
    #expect(DefaultRules.all.allSatisfy { !"\($0.json.text)".contains("$") })
  }

  @Test(
    arguments: [
      (["currency": "EUR"], [:], "€100.30"), ([:], ["currency": "EUR"], "€100.30"),
      ([:], ["currency": "eur"], "€100.30"),
      (["currency": "CHF"], ["currency": "EUR"], "100.30 CHF"), ([:], ["currency": "???"], "100.3"),
      ([:], ["currency": 7], "100.3"),
      (["unit": "EUR/1000"], ["currency": "EUR"], "100.3 EUR/1000"), ([:], ["unit": "clicks"], "100.3 clicks"),
      (["unit": "%"], [:], "100.3 %"), ([:], ["unit": "a\nb"], "100.3"),
      ([:], ["unit": .string(String(repeating: "x", count: 99))], "100.3"),
    ] as [(JSONObject, JSONObject, String)])
  func theRuleGoesBeforeTheContext(_ metadata: JSONObject, _ context: JSONObject, _ text: String) {
    let alert = alert(.of("r", .highCPA, .greater, 100, metadata: metadata), 100.30000000000001, context: context)
    #expect(alert.message.hasPrefix("An acquisition costs \(text), above"), "\(alert.message)")
    // Every channel shows the same, although it knows neither the rule nor the check.
    #expect(alert.figuresWithUnit.value == text)
    #expect(alert.metricValue == 100.30000000000001)
    #expect(context["currency"] == nil || alert.details["currency"] == context["currency"])
  }

  @Test func aContextsCurrencyIsForAmountsOnly() {
    for metric in ["roas", "budget_spent_pct", "impressions", "my_metric", "conversions", "cost_pct", "spend_count"] {
      let alert = alert(.of("r", .highCPA, metric: metric, .greater, 1), 2, context: ["currency": "EUR"])
      #expect(!alert.message.contains("€"), "\(metric)")
    }
    for metric in ["cpa", "cpc", "ad_spend", "Cost.per.lead"] {
      let alert = alert(.of("r", .highCPA, metric: metric, .greater, 1), 2, context: ["currency": "EUR"])
      #expect(alert.message.contains("€2.00"), "\(metric)")
    }
    // Named by the rule, it is the metric's, unless the metric's name tells another unit.
    let named = alert(.of("r", .highCPA, metric: "my_metric", .greater, 1, metadata: ["currency": "GBP"]), 2)
    #expect(named.message.hasPrefix("`my_metric` is £2.00"))
    #expect(alert(.of("r", .less, 2, metadata: ["currency": "GBP"]), 1.5).message.contains("1.50x"))
  }

  @Test func whatIsCountedInSomethingElseSaysSo() {
    let rose = alert(.of("r", .highCPA, .greater, 20, aggregation: .risePct), 35, context: ["currency": "EUR"])
    #expect(rose.message.contains("rose by 35 %") && rose.figuresWithUnit == ("35 %", "20 %"))
    let counted = alert(
      .of("r", .highCPA, .greater, 2, aggregation: .count), 3, context: ["currency": "EUR", "unit": "x"])
    #expect(counted.message.contains("was reported 3 times") && counted.figuresWithUnit == ("3", "2"))
    // A check that names its metric freely and says the type.
    let other = alert(.of("r"), 1.5, metric: "my_roas")
    #expect(other.figuresWithUnit == ("1.50x", "2.00x"))
  }

  @Test func usualSentencesAreForUsualUnits() {
    let alert = alert(.of("r", .lowImpressions, .less, 1000, metadata: ["unit": "/day"]), 850)
    #expect(alert.message.hasPrefix("The number of impressions is 850/day, below the threshold of 1000/day."))
  }

  @Test(
    arguments: [
      (["unit": 5], "/metadata/unit"), (["unit": ""], "/metadata/unit"), (["unit": " ms"], "/metadata/unit"),
      (["unit": "a\nb"], "/metadata/unit"), (["unit": .string(String(repeating: "x", count: 25))], "/metadata/unit"),
      (["currency": "euro"], "/metadata/currency"), (["currency": "eur"], "/metadata/currency"),
      (["currency": true], "/metadata/currency"), (["unit": "ms", "currency": "EUR"], "/metadata/unit"),
    ] as [(JSONObject, String)])
  func aRuleWithAWrongOneIsRefused(_ metadata: JSONObject, _ pointer: String) throws {
    var json = AlertRule.of("r").json.object ?? [:]
    json["metadata"] = .object(metadata)
    let error = #expect(throws: ValidationError.self) { try AlertRule(json: .object(json)) }
    #expect(error?.errors.map(\.pointer) == [pointer])
    if metadata["currency"] == "eur" { #expect(error?.errors.first?.detail.hasSuffix("; did you mean EUR?") == true) }
    // What was stored before there was this rule is read.
    var stored = AlertRule.of("r").storedJSON.object ?? [:]
    stored["metadata"] = .object(metadata)
    #expect(throws: Never.self) { try AlertRule(storedJSON: .object(stored)) }
  }

  @Test(arguments: ["%", "x", "ms", "clicks", "€", "EUR", "°C", "req/s"]) func unitsOfARule(_ unit: String) throws {
    var json = AlertRule.of("r").json.object ?? [:]
    json["metadata"] = ["unit": .string(unit)]
    #expect(throws: Never.self) { try AlertRule(json: .object(json)) }
    #expect(MetricUnit(name: MetricUnit(name: unit)?.name ?? "?") == MetricUnit(name: unit))
  }
}
