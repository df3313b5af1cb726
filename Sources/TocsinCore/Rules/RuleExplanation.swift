import TocsinJSON

/// What a rule says of a check, and why.
package struct RuleExplanation: Sendable, Hashable {
  /// What a rule says of a check. The raw value is the wire name.
  package enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// It raises an alert.
    case fires
    /// It would raise one, but its cooldown runs for the entity.
    case cooldown
    /// The value does not compare with the threshold as the rule wants it.
    case threshold
    /// The check's context lacks one of the rule's conditions.
    case conditions
    /// The check looks only at rules of other types.
    case alertTypes = "alert_types"
    /// The rule is disabled.
    case disabled
    /// The window has too few earlier samples, or none that a change could be measured against.
    case samples
  }

  /// The rule.
  package var ruleID: String
  /// What people call it.
  package var name: String
  /// What it says.
  package var verdict: Verdict
  /// What it compares, after aggregation; nil where nothing was compared.
  package var value: Double?
  /// What the value is compared with.
  package var threshold: Double
  /// Why, in a sentence for people.
  package var detail: String
  /// For ``Verdict/cooldown``: the last moment of it; nil where this release cannot read it.
  package var until: Timestamp?
  /// For ``Verdict/cooldown``: the alert that began it; nil where this release cannot read it.
  package var alertID: AlertID?
}

extension RuleExplanation {
  private init(_ rule: AlertRule, _ verdict: Verdict, value: Double? = nil, _ detail: String) {
    self.init(
      ruleID: rule.ruleID, name: rule.name, verdict: verdict, value: value, threshold: rule.threshold, detail: detail)
  }

  init(disabled rule: AlertRule) {
    self.init(rule, .disabled, "The rule is disabled.")
  }

  init(_ rule: AlertRule, excludedBy check: Check) {
    let types = (check.alertTypes ?? []).map(\.rawValue).joined(separator: ", ")
    self.init(
      rule, .alertTypes, "The check is only for rules of type \(types); this one is of type \(rule.alertType.rawValue)."
    )
  }

  init(_ rule: AlertRule, _ judgement: RuleJudgement, check: Check, window: WindowAggregate?) {
    func statement(_ value: Double) -> String { AlertText(rule: rule, value: value, check: check).statement }
    switch judgement {
    case .speaks(let value): self.init(rule, .fires, value: value, statement(value))
    case .thresholdFails(let value): self.init(rule, .threshold, value: value, statement(value))
    case .conditionsFail(let value):
      self.init(rule, .conditions, value: value, RuleExplanation.missing(rule.conditions, in: check.context))
    case .noValue: self.init(rule, .samples, RuleExplanation.lack(of: rule, window))
    }
  }

  /// The first condition that does not hold, and how many more there are.
  private static func missing(_ conditions: JSONObject, in context: JSONObject) -> String {
    let failing = conditions.members.filter { context[$0.key] != $0.value }
    guard let first = failing.first else { return "The conditions do not hold." }
    let others = failing.count - 1
    let more = others == 0 ? "" : " \(others) more of the conditions \(others == 1 ? "does" : "do") not hold."
    // Not by a conditional expression: its `nil` would be JSON's null.
    guard let there = context[first.key] else { return "The check's context has no \(first.key).\(more)" }
    let (found, wanted) = (there.text, first.value.text)
    guard max(found.utf8.count, wanted.utf8.count) <= 128 else {
      return "\(first.key) of the check's context differs from the rule's condition.\(more)"
    }
    return "\(first.key) of the check's context is \(found); the rule's condition is \(wanted).\(more)"
  }

  /// Why a window says nothing.
  private static func lack(of rule: AlertRule, _ window: WindowAggregate?) -> String {
    let span = "the last \(rule.lookbackMinutes.minutesText)"
    let earlier = max(0, (window?.count ?? 1) - 1)
    guard earlier < rule.minimumSamples else {
      return "The average of the earlier samples of \(span) is 0, or too small to measure a change against."
    }
    let samples = earlier == 1 ? "is 1 earlier sample" : "are \(earlier) earlier samples"
    return "There \(samples) in \(span); \(rule.aggregation.rawValue) needs \(rule.minimumSamples)."
  }

  /// The rule would fire, but for this.
  package mutating func hold(_ suppression: Suppression, cooldownMinutes: Int) {
    verdict = .cooldown
    until = suppression.until
    alertID = suppression.alertID
    guard let until = suppression.until else {
      detail += " A node of a newer release holds it back; this release cannot read until when."
      return
    }
    let cause = suppression.alertID.map { "alert \($0)" } ?? "an alert"
    detail += " The cooldown of \(cooldownMinutes.minutesText) that \(cause) began runs until \(until)."
  }
}

/// What all rules that have to do with a check say of it. The wire form is the answer of `POST /api/alerts/explain`.
package struct CheckExplanation: Sendable, Hashable {
  /// The check's metric.
  package var metricName: String
  /// Whether some rule has to do with the check.
  package var isKnown: Bool
  /// Metrics that rules watch and that are spelled much like an unknown one, the nearest first.
  package var didYouMean: [String]
  /// The rules, in the order of their ids.
  package var rules: [RuleExplanation]

  /// An explanation of these parts.
  package init(metricName: String, isKnown: Bool, didYouMean: [String], rules: [RuleExplanation]) {
    self.metricName = metricName
    self.isKnown = isKnown
    self.didYouMean = didYouMean
    self.rules = rules
  }
}
