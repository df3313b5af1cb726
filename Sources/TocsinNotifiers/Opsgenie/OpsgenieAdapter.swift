import CurlClient
import TocsinCore
import TocsinJSON

/// Opsgenie's Alert API: an alert has the id of ours as its alias.
struct OpsgenieAdapter: ChannelAdapter {
  let settings: OpsgenieSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    let base = settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL
    let alerts = "\(base)/v2/alerts"
    let alias = notice.alert.alertID.description
    let header = HTTPTransfer.Header("Authorization", "GenieKey \(settings.apiKey.value)")
    switch notice.cause {
    case .fired, .fallback:
      return .http(.post(alerts, alert(for: notice, templates: templates).bytes, headers: [header]))
    case .acknowledged:
      return .http(
        .post("\(alerts)/\(alias)/acknowledge?identifierType=alias", change(notice).bytes, headers: [header]))
    case .resolved:
      return .http(.post("\(alerts)/\(alias)/close?identifierType=alias", change(notice).bytes, headers: [header]))
    }
  }

  func alert(for notice: Notice, templates: TemplateSet) -> JSON {
    let alert = notice.alert
    let title = templates.render(.opsgenieTitle, of: notice).onOneLine.trimmed.clipped(to: 130)
    let description = templates.render(.opsgenieMessage, of: notice).inLines.trimmed.clipped(to: 15_000)
    return [
      "message": .string(title), "alias": .string(alert.alertID.description), "description": .string(description),
      "priority": .string(priority(alert.severity)), "source": "Tocsin",
      "entity": .string(alert.entity.description.onOneLine.clipped(to: 512)),
      "tags": [.string(alert.severity.rawValue), .string(alert.alertType.rawValue)],
      // All details together may have 8,000 characters; their values have to be strings.
      "details": [
        "campaign": .string(notice.campaign.clipped(to: 600)),
        "comparison": .string(notice.comparison.clipped(to: 600)),
        "rule_id": .string(alert.ruleID.onOneLine.clipped(to: 300)),
        "metric_name": .string(alert.metricName.onOneLine.clipped(to: 300)),
        "metric_value": .string(alert.figures.value), "threshold_value": .string(alert.figures.threshold),
        "link": .string((notice.link ?? "").clipped(to: 1000)),
      ],
    ]
  }

  private func change(_ notice: Notice) -> JSON {
    var change: JSONObject = ["source": "Tocsin", "note": .string("\(notice.event) in Tocsin")]
    if !notice.actor.isEmpty { change["user"] = .string(notice.actor.clipped(to: 100)) }
    return .object(change)
  }

  private func priority(_ severity: Severity) -> String {
    switch severity {
    case .critical: "P1"
    case .high: "P2"
    case .medium: "P3"
    case .low: "P4"
    case .info: "P5"
    }
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    HTTPVerdict(secrets: [settings.apiKey.value]).outcome(of: reply, now: now) { $0.object?["message"]?.string }
  }
}
