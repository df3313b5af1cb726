import Mustache
import TocsinCore
import TocsinJSON

/// A text in a template's scope. It is escaped wherever it comes out, with two braces and with three: a template's author
/// cannot forget it. An empty one is false to a section.
struct TemplateValue: MustacheCustomRenderable, MustacheParent, MustacheTransformable, CustomReflectable {
  private let text: String
  private let escape: Escape
  private let budget: TemplateBudget

  init(_ text: String, _ escape: Escape, _ budget: TemplateBudget) {
    self.text = text
    self.escape = escape
    self.budget = budget
  }

  var renderText: String {
    let escaped = escape(text)
    return budget.take(escaped.utf8.count) ? escaped : ""
  }

  var isNull: Bool { text.isEmpty }

  func child(named: String) -> Any? { nil }

  /// `uppercased`, `lowercased`, `capitalized`, and `empty`.
  func transform(_ name: String) -> Any? {
    switch name {
    case "uppercased": TemplateValue(text.uppercased(), escape, budget)
    case "lowercased": TemplateValue(text.lowercased(), escape, budget)
    case "capitalized": TemplateValue(text.prefix(1).uppercased() + text.dropFirst(), escape, budget)
    case "empty": text.isEmpty
    default: nil
    }
  }

  var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Names and their values: the scope of a template, or of one element of a list.
struct TemplateScope: MustacheCustomRenderable, MustacheParent, CustomReflectable {
  let values: [String: Any]

  var renderText: String { "" }
  var isNull: Bool { false }

  func child(named: String) -> Any? { values[named] }

  var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// A list that a section goes through; each element costs what the template could write for it.
struct TemplateList: MustacheSequence, IteratorProtocol {
  let elements: [TemplateScope]
  let costOfElement: Int
  let budget: TemplateBudget
  private var position = 0

  init(_ elements: [TemplateScope], costOfElement: Int, budget: TemplateBudget) {
    self.elements = elements
    self.costOfElement = costOfElement
    self.budget = budget
  }

  mutating func next() -> TemplateScope? {
    guard position < elements.count, budget.take(costOfElement) else { return nil }
    position += 1
    return elements[position - 1]
  }
}

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
