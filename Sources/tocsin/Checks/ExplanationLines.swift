import TocsinCore

/// What rules say of a check, for people.
struct ExplanationLines {
  private let explanation: CheckExplanation

  init(_ explanation: CheckExplanation) {
    self.explanation = explanation
  }

  /// A table of the rules, or a line that says that there are none.
  var lines: [StyledLine] {
    guard explanation.isKnown else {
      let names = explanation.didYouMean.joined(separator: ", ")
      let question = names.isEmpty ? "" : "; did you mean \(names)?"
      let text = "no rule watches the metric \(explanation.metricName)\(question)"
      return [StyledLine(StyledLine.Piece(Printable.line(text)))]
    }
    var table = Table("RULE", "VERDICT", "VALUE", "THRESHOLD", "WHY")
    for rule in explanation.rules {
      table.add(
        Table.Cell(rule.ruleID), Table.Cell(rule.verdict.rawValue, ExplanationLines.style(of: rule.verdict)),
        Table.Cell(rule.value.map(Printable.number) ?? "-"), Table.Cell(Printable.number(rule.threshold)),
        Table.Cell(rule.detail))
    }
    return table.lines
  }

  /// That a rule raised no alert, and until when: `high_cpa is silent until 2026-03-01 09:15:00Z, by alert 0197…`
  static func silence(_ suppression: Suppression) -> String {
    guard let until = suppression.until else {
      return Printable.line("\(suppression.ruleID) is silent: a node of a newer release holds its cooldown")
    }
    let cause = suppression.alertID.map { ", by alert \($0)" } ?? ""
    return Printable.line("\(suppression.ruleID) is silent until \(Printable.time(until))\(cause)")
  }

  private static func style(of verdict: RuleExplanation.Verdict) -> Style? {
    switch verdict {
    case .fires: .bold
    case .cooldown: .warning
    case .threshold, .conditions, .alertTypes, .disabled, .samples: nil
    }
  }
}
