/// A rule that speaks about a check, and the value that it speaks about: an alert, if its cooldown can be claimed.
package struct RuleMatch: Sendable {
  private let boxed: Boxed
  /// What was compared with the threshold, after aggregation; finite.
  package let value: Double

  /// The rule.
  package var rule: AlertRule { boxed.rule }

  /// A match of that rule.
  package init(rule: AlertRule, value: Double) {
    self.init(Boxed(rule), value: value)
  }

  init(_ boxed: Boxed, value: Double) {
    self.boxed = boxed
    self.value = value
  }

  /// A rule behind one reference: cheap to hand on.
  final class Boxed: Sendable {
    let rule: AlertRule

    init(_ rule: AlertRule) {
      self.rule = rule
    }
  }
}

/// What a check amounts to, as far as its rules can tell.
package enum Evaluation: Sendable {
  /// No rule speaks, and no window needs the sample: there is nothing to do.
  case quiet
  /// These rules speak, in the order of their ids; never empty.
  case matches([RuleMatch])
  /// A rule that applies compares aggregates: the sample has to be recorded, and the aggregates of these lookback
  /// windows (in minutes, ascending, each once) decide. All rules of the check are evaluated then.
  case needsWindows(lookbackMinutes: [Int], rules: PendingEvaluation)
}

/// A check that waits for the aggregates of its windows.
package struct PendingEvaluation: Sendable {
  private let check: Check
  private let rules: [IndexedRule]

  init(check: Check, rules: [IndexedRule]) {
    self.check = check
    self.rules = rules
  }

  /// The rules that speak, in the order of their ids; maybe none.
  /// - Parameter aggregates: by lookback in minutes, the new sample included; a rule whose window is not among them
  ///   stays quiet
  package func resume(_ aggregates: [Int: WindowAggregate]) -> [RuleMatch] {
    rules.compactMap { rule in
      rule.match(for: check, window: rule.needsWindow ? aggregates[rule.lookbackMinutes] : nil)
    }
  }
}
