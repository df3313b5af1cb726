import CurlClient
import TocsinCore
import TocsinJSON

/// PagerDuty's Events API v2: an alert triggers an incident, and what people do to the one is done to the other.
struct PagerDutyAdapter: ChannelAdapter {
  let settings: PagerDutySettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    .http(.post(settings.eventsURL, event(for: notice, templates: templates).bytes))
  }

  func event(for notice: Notice, templates: TemplateSet) -> JSON {
    let alert = notice.alert
    var event: JSONObject = [
      "routing_key": .string(settings.routingKey.value), "dedup_key": .string(alert.alertID.description),
    ]
    switch notice.cause {
    case .acknowledged: event["event_action"] = "acknowledge"
    case .resolved: event["event_action"] = "resolve"
    case .fired, .fallback:
      event["event_action"] = "trigger"
      event["payload"] = payload(for: notice, templates: templates)
      event["client"] = "Tocsin"
      if let link = notice.link {
        event["client_url"] = .string(link)
        event["links"] = [["href": .string(link), "text": "Open in Tocsin"]]
      }
    }
    return .object(event)
  }

  private func payload(for notice: Notice, templates: TemplateSet) -> JSON {
    let alert = notice.alert
    let summary = templates.render(.pagerdutyTitle, of: notice).onOneLine.trimmed.clipped(to: 1024)
    return [
      "summary": .string(summary), "source": .string(alert.entity.description.onOneLine.clipped(to: 255)),
      "severity": .string(severity(alert.severity)), "timestamp": .string(alert.timestamp.description),
      "component": .string(alert.metricName.onOneLine.clipped(to: 255)),
      "group": .string(alert.entity.campaignID.onOneLine.clipped(to: 255)), "class": .string(alert.alertType.rawValue),
      "custom_details": [
        "message": .string(alert.message.inLines.clipped(to: 8000)),
        "campaign": .string(notice.campaign.clipped(to: 600)),
        "rule_id": .string(alert.ruleID), "metric_name": .string(alert.metricName),
        "metric_value": .number(alert.metricValue), "threshold_value": .number(alert.thresholdValue),
        "details": .object(alert.details),
      ],
    ]
  }

  private func severity(_ severity: Severity) -> String {
    switch severity {
    case .critical: "critical"
    case .high: "error"
    case .medium: "warning"
    case .low, .info: "info"
    }
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    HTTPVerdict(secrets: [settings.routingKey.value]).outcome(of: reply, now: now) { response in
      let object = response.object
      let errors = object?["errors"]?.array?.compactMap(\.string) ?? []
      return errors.isEmpty ? object?["message"]?.string : errors.joined(separator: "; ")
    }
  }
}
