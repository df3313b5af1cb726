import TocsinCore
import TocsinJSON

/// How long values may be before they are put into a template, in UTF-16 units.
struct ValueLimits: Sendable {
  /// Titles, names, ids.
  var short = 300
  /// Messages and what to do.
  var long = 8000
  /// How many of the alert's details there are.
  var details = 50
}

extension Notice {
  /// What a template can use; the channels' page lists it.
  func scope(escape: Escape, limits: ValueLimits, costOfElement: Int, budget: TemplateBudget) -> TemplateScope {
    func value(_ text: String, _ limit: Int) -> TemplateValue {
      TemplateValue(text.clipped(to: limit), escape, budget)
    }
    func line(_ text: String) -> TemplateValue { value(text.onOneLine, limits.short) }
    func lines(_ text: String) -> TemplateValue { value(text.inLines, limits.long) }
    let details = alert.details.members.prefix(limits.details).map { member in
      TemplateScope(values: ["key": line(member.key), "value": line(member.value.string ?? member.value.text)])
    }
    let facts = facts.map { TemplateScope(values: ["name": line($0.name), "value": line($0.value)]) }
    return TemplateScope(values: [
      "alert_id": line(alert.alertID.description), "delivery_id": line(notification.delivery.id.description),
      "tenant": line(notification.tenant.rawValue), "receiver": line(notification.delivery.target.receiver),
      "title": line(alert.title), "headline": line(headline), "message": lines(alert.message),
      "severity": line(alert.severity.rawValue), "severity_label": line(alert.severity.label),
      "color": line(look.color), "dark_color": line(look.darkColor), "emoji": line(look.emoji),
      "alert_type": line(alert.alertType.rawValue), "type_label": line(alert.alertType.label),
      "campaign_id": line(alert.entity.campaignID), "campaign_name": line(alert.campaignName),
      "ad_id": line(alert.entity.adID), "campaign": line(campaign),
      "metric_name": line(alert.metricName), "metric_value": line(alert.figures.value),
      "threshold": line(alert.figures.threshold), "comparison": line(comparison),
      "rule_id": line(alert.ruleID), "rule_name": line(alert.details["rule_name"]?.string ?? ""),
      "operator": line(alert.details["operator"]?.string ?? ""), "action": lines(alert.details["action"]?.string ?? ""),
      "timestamp": line(alert.timestamp.description), "time": line(alert.timestamp.words),
      "event": line(event), "event_time": line(eventTime.words), "actor": line(actor),
      "is_fired": cause == .fired || cause == .fallback, "is_fallback": cause == .fallback,
      "is_acknowledged": cause == .acknowledged, "is_resolved": cause == .resolved,
      "link": value(link ?? "", 2000),
      "details": TemplateList(details, costOfElement: costOfElement, budget: budget),
      "facts": TemplateList(facts, costOfElement: costOfElement, budget: budget),
    ])
  }
}
