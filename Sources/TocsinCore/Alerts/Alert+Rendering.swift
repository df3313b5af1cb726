extension Alert {
  /// The alert that a rule raises about a check.
  public init(_ candidate: Candidate, check: Check, alertID: AlertID) {
    let rule = candidate.rule
    let text = AlertText(rule: rule, value: candidate.value, check: check)
    self.init(
      alertID: alertID, ruleID: rule.ruleID, alertType: rule.alertType, severity: rule.severity, title: text.title,
      message: text.message, entity: check.entity, campaignName: check.campaignName, metricName: check.metricName,
      metricValue: candidate.value, thresholdValue: rule.threshold,
      details: Alert.details(of: rule, action: text.action, context: check.context),
      ruleIncarnation: rule.incarnation)
  }

  /// Three members about the rule, then the context; a context's member of one of these names gives way.
  private static func details(of rule: AlertRule, action: String, context: JSONObject) -> JSONObject {
    var details = JSONObject(minimumCapacity: context.count + 3)
    details.append(uncheckedKey: "rule_name", value: .string(rule.name))
    details.append(uncheckedKey: "operator", value: .string(rule.thresholdOperator.rawValue))
    details.append(uncheckedKey: "action", value: .string(action))
    for member in context.members {
      if member.key == "rule_name" || member.key == "operator" || member.key == "action" { continue }
      details.append(uncheckedKey: member.key, value: member.value)
    }
    return details
  }
}
