import TocsinJSON

extension Alert {
  /// The alert that a rule raises about a check.
  package init(_ match: RuleMatch, check: Check, alertID: AlertID) {
    let rule = match.rule
    let text = AlertText(rule: rule, value: match.value, check: check)
    self.init(
      alertID: alertID, ruleID: rule.ruleID, alertType: rule.alertType, severity: rule.severity, title: text.title,
      message: text.message, entity: check.entity, campaignName: check.campaignName, metricName: check.metricName,
      metricValue: match.value, thresholdValue: rule.threshold,
      details: Alert.details(of: rule, text, check),
      ruleIncarnation: rule.incarnation)
  }

  /// Three members about the rule, its unit if the rest does not tell it, then the context; a context's member of one of
  /// these names gives way.
  private static func details(of rule: AlertRule, _ text: AlertText, _ check: Check) -> JSONObject {
    let context = check.context
    var details = JSONObject(minimumCapacity: context.count + 4)
    details.append(uncheckedKey: "rule_name", value: .string(rule.name))
    details.append(uncheckedKey: "operator", value: .string(rule.thresholdOperator.rawValue))
    details.append(uncheckedKey: "action", value: .string(text.action))
    let hasUnit = text.unit != MetricUnit(metric: check.metricName, context: context)
    if hasUnit { details.append(uncheckedKey: "unit", value: .string(text.unit.name)) }
    for member in context.members {
      switch member.key {
      case "rule_name", "operator", "action": continue
      case "unit" where hasUnit: continue
      default: details.append(uncheckedKey: member.key, value: member.value)
      }
    }
    return details
  }
}
