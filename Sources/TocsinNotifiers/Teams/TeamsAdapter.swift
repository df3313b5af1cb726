import CurlClient
import TocsinCore
import TocsinJSON

/// A workflow of Microsoft Teams: an Adaptive Card.
struct TeamsAdapter: ChannelAdapter {
  let settings: TeamsSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    let payload: JSON = [
      "type": "message",
      "attachments": [
        [
          "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
          "content": card(for: notice, templates: templates),
        ]
      ],
    ]
    return .http(.post(settings.url.value, payload.bytes))
  }

  /// All text stands in runs: unlike a text block, a run knows no Markdown, so nothing in it can become a link or a mention.
  func card(for notice: Notice, templates: TemplateSet) -> JSON {
    // A message may have 28 KB, of which these texts at most are 18 in UTF-8.
    let limits = ValueLimits(short: 250, long: 2500)
    let title = templates.render(.teamsTitle, of: notice, limits: limits).onOneLine.trimmed.clipped(to: 300)
    let message = templates.render(.teamsMessage, of: notice, limits: limits).inLines.trimmed.clipped(to: 2500)
    var body: [JSON] = [
      [
        "type": "Container", "style": .string(style(of: notice)), "bleed": true,
        "items": [block([run(title, ["weight": "Bolder", "size": "Large"])])],
      ],
      block([run(message)]),
    ]
    body += notice.facts.map { fact in
      block(
        [run("\(fact.name): ", ["weight": "Bolder"]), run(fact.value.clipped(to: 250))], spacing: "Small")
    }
    var card: JSONObject = [
      "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
      "body": .array(body), "msteams": ["width": "Full"],
      "fallbackText": .string(title),
    ]
    if let link = notice.link {
      card["actions"] = [["type": "Action.OpenUrl", "title": "Open in Tocsin", "url": .string(link)]]
    }
    return .object(card)
  }

  private func style(of notice: Notice) -> String {
    if notice.cause == .resolved { return "good" }
    switch notice.alert.severity {
    case .critical, .high: return "attention"
    case .medium: return "warning"
    case .low: return "accent"
    case .info: return "emphasis"
    }
  }

  private func block(_ runs: [JSON], spacing: String = "Medium") -> JSON {
    ["type": "RichTextBlock", "spacing": .string(spacing), "inlines": .array(runs)]
  }

  private func run(_ text: String, _ more: JSONObject = [:]) -> JSON {
    var run: JSONObject = ["type": "TextRun", "text": .string(text)]
    for member in more.members { run[member.key] = member.value }
    return .object(run)
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome { HTTPVerdict().outcome(of: reply, now: now) }
}
