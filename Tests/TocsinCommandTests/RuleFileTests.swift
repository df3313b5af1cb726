import FakeServer
import Testing
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite struct RuleFileTests {
  private let yaml = """
    # the team's rules
    rules:
      - rule_id: low_roas
        name: "ROAS < 2"
        alert_type: roas_drop
        severity: high
        threshold: 2
        conditions: {region: EU, vip: yes, level: 012, ratio: 1.50}
        metadata:
          action: |
            Look at it.
            Then act.
      - rule_id: high_cpa
        name: High CPA
        alert_type: high_cpa
        severity: low
        threshold: 1e2
        threshold_operator: '>'
    """

  private func faults(_ text: String, name: String = "rules.yaml") -> [String] {
    do {
      _ = try RuleFile(text: text, name: name)
      return []
    } catch {
      let failure = error as? CommandFailure
      #expect(failure?.status == .usage)
      return Array((failure?.lines ?? []).dropFirst()).map { String($0.drop { $0 == " " }) }
    }
  }

  @Test func yamlIsReadAsItsCoreSchemaSays() throws {
    let rules = try RuleFile(text: yaml, name: "rules.yaml").rules
    #expect(rules.map(\.ruleID) == ["low_roas", "high_cpa"])
    #expect(rules[0].conditions == ["region": "EU", "vip": "yes", "level": 12, "ratio": 1.5])
    #expect(rules[0].metadata == ["action": "Look at it.\nThen act.\n"])
    #expect(rules[1].threshold == 100)
    #expect(rules[1].thresholdOperator == .greater)
  }

  @Test func oneRuleAListAndSeveralDocuments() throws {
    let rule = "rule_id: a\nname: n\nalert_type: high_cpa\nseverity: low\n"
    #expect(try RuleFile(text: rule, name: "f").rules.count == 1)
    #expect(try RuleFile(text: "[\(Samples.rule(id: "a")), \(Samples.rule(id: "b"))]", name: "f.json").rules.count == 2)
    #expect(try RuleFile(text: "{\"rules\": [\(Samples.rule(id: "a"))]}", name: "f").rules.count == 1)
    #expect(
      try RuleFile(text: rule + "---\n" + rule.replacing("rule_id: a", with: "rule_id: b"), name: "f").rules.count == 2)
    #expect(try RuleFile(text: "rules: []", name: "f").rules.isEmpty)
  }

  /// Or a file that is being written, with --prune, would delete every rule.
  @Test func aFileWithoutRulesMustSaySo() throws {
    for text in ["", "\n", "# nothing\n"] {
      #expect(faults(text) == ["rules.yaml: the file is empty: write `rules: []` if that is right"])
    }
    #expect(faults("rules:\n") == ["rules.yaml:1: `rules` is empty: write `rules: []` if that is right"])
    #expect(try RuleFile(text: "rules: []", name: "rules.yaml").rules.isEmpty)
    #expect(try RuleFile(text: "[]", name: "rules.yaml").rules.isEmpty)
  }

  @Test func everyFaultIsNamedWithItsPlace() {
    let text = """
      - rule_id: a b
        name: n
        alert_type: high_cpa
        severity: low
        treshold: 3
      - name: m
        alert_type: nope
        severity: low
        lookback_minutes: 0
      """
    let faults = faults(text)
    #expect(faults.count == 5)
    #expect(faults.contains { $0.hasPrefix("rules.yaml:1 (a b): /rule_id: ") })
    #expect(faults.contains("rules.yaml:1 (a b): /treshold: there is no such field; did you mean threshold?"))
    #expect(faults.contains { $0.hasPrefix("rules.yaml:6: /rule_id: rule_id is required") })
    #expect(faults.contains { $0.hasPrefix("rules.yaml:6: /alert_type: alert_type must be one of") })
    #expect(faults.contains { $0.hasPrefix("rules.yaml:6: /lookback_minutes: ") })
  }

  @Test func idsAreUnique() {
    let text = "[\(Samples.rule(id: "a")),\n\(Samples.rule(id: "a"))]"
    #expect(faults(text) == ["rules.yaml:2 (a): the same rule_id is also used at rules.yaml:1 (a)"])
  }

  @Test(arguments: [
    ("rules.yaml", "a: [1", "rules.yaml: line "),
    ("rules.yaml", "a: 1\na: 2", "rules.yaml: line 1: the mapping that begins there has a key twice: `a`"),
    ("rules.yaml", "just text", "rules.yaml:1: A rule must be an object."),
    ("rules.json", "{\"rule_id\": }", "rules.json: "),
    ("rules.yaml", "rules: 5", "rules.yaml:1: `rules` must be a list"),
    ("rules.yaml", "rules: []\nversion: 1", "rules.yaml:1: `version` does not belong beside `rules`"),
  ])
  func whatIsNoRuleFile(name: String, text: String, beginning: String) {
    let faults = faults(text, name: name)
    #expect(faults.count == 1)
    #expect(faults.first?.hasPrefix(beginning) == true, "\(faults)")
  }

  @Test func whatIsExportedIsReadBackUnchanged() throws {
    var rule = try RuleFile(text: yaml, name: "f").rules[0]
    rule.name = "no: \"quotes\" # 'and' — ünïcode 🚨"
    rule.threshold = -1.25e-7
    rule.conditions = [
      "yes": "no", "number": "012", "float": "1e5", "null": "null", "empty": "", "tilde": "~", "date": "2026-01-01",
      "time": "12:30", "dash": "- a", "nested": ["a": [], "b": ["x", 1, true, nil, ["k": "v"]], "c": [:]],
      "multi": "line one\nline two\n", "space": " around ", "tab": "a\tb", "bell": "a\u{7}b", "hex": "0x1F",
      "dot": ".5",
      "bracket": "[a]", "anchor": "&a", "alias": "*a", "tag": "!x", "merge": "<<", "percent": "%x", "colon": "a: b",
      "big": 9_007_199_254_740_993, "real": 2.0, "tiny": 1e-300, "large": 1e300,
    ]
    for format in RulesExport.Format.allCases {
      let text = try RulesExport.text([rule, try RuleFile(text: yaml, name: "f").rules[1]], format)
      let read = try RuleFile(text: text, name: "f").rules
      #expect(read[0] == rule, "\(text)")
      #expect(read.count == 2)
    }
  }

  @Test func aliasesOfAliasesAreCountedNotExpanded() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      text += "a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
    }
    let faults = faults(text)
    #expect(faults.count == 1)
    #expect(faults[0].hasPrefix("rules.yaml: line "))
    #expect(faults[0].hasSuffix("the file has more than 1000000 values, counting what aliases repeat"))
  }

  @Test func rulesMergeMappings() throws {
    let text = """
      - &base {rule_id: a, name: n, alert_type: high_cpa, severity: low, metadata: {action: "*look* at it"}}
      - {<<: *base, rule_id: b, severity: high}
      """
    let rules = try RuleFile(text: text, name: "f").rules
    #expect(rules.map(\.ruleID) == ["a", "b"])
    #expect(rules.map(\.severity) == [.low, .high])
    #expect(rules[1].metadata == ["action": "*look* at it"])
  }

  @Test func aFileThatIsTooLarge() {
    let faults = faults(String(repeating: "#", count: (4 << 20) + 1))
    #expect(faults == ["rules.yaml: it is larger than 4 MiB: split it into several files"])
  }
}
