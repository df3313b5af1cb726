import CurlClient
import TocsinCore
import TocsinJSON

/// A Slack incoming webhook: one attachment with the severity's colour.
struct SlackAdapter: ChannelAdapter {
  let settings: SlackSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    .http(.post(settings.url.value, payload(for: notice, templates: templates).bytes))
  }

  func payload(for notice: Notice, templates: TemplateSet) -> JSON {
    func part(_ name: TemplateName, _ limit: Int) -> String {
      let text = templates.render(
        name, of: notice, escape: .slack, limits: ValueLimits(long: 2500), check: { _ in nil })
      return Escape.slack.clip(text.trimmed, to: limit)
    }
    let title = part(.slackTitle, SlackLimit.title)
    let message = part(.slackMessage, SlackLimit.text)
    var attachment: JSONObject = [
      "color": .string(notice.look.color),
      "fallback": .string(Escape.slack.clip("\(title)\n\(message)", to: SlackLimit.text)),
      "title": .string(title), "text": .string(message), "mrkdwn_in": ["text", "fields"],
      "fields": .array(notice.facts.map { field($0.name, $0.value) }),
      "footer": .string(Escape.slack.clip(Escape.slack("Tocsin · \(notice.alert.ruleID.onOneLine)"), to: 300)),
      "ts": .integer(notice.eventTime.milliseconds / 1000),
    ]
    if let link = notice.link { attachment["title_link"] = .string(link) }
    var payload: JSONObject = ["attachments": [.object(attachment)]]
    let text = part(.slackText, SlackLimit.text)
    if !text.isEmpty { payload["text"] = .string(text) }
    if let channel = settings.channel, !channel.isEmpty { payload["channel"] = .string(channel) }
    return .object(payload)
  }

  private func field(_ name: String, _ value: String) -> JSON {
    let value = Escape.slack.clip(Escape.slack(value.onOneLine), to: SlackLimit.field)
    return ["title": .string(name), "value": .string(value), "short": .bool(value.utf16.count <= 40)]
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    // An error's body is one word, such as `invalid_payload` or `channel_not_found`.
    HTTPVerdict(secrets: [settings.url.value]).outcome(of: reply, now: now) { response in
      guard response.body.count <= 64 else { return nil }
      let word = String(decoding: response.body, as: UTF8.self).trimmed
      return word.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") } ? word : nil
    }
  }
}

/// Slack cuts off longer texts, or refuses them. In UTF-16 units, which are never fewer than its characters.
enum SlackLimit {
  /// Of a title, so that it stays one.
  static let title = 300
  /// Of a text: from 4,000 on Slack cuts off, and 3,000 is the limit of a section's text.
  static let text = 3000
  /// Of a field's value.
  static let field = 2000
}
