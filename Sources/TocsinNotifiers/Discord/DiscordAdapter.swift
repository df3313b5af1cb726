import CurlClient
import TocsinCore
import TocsinJSON

/// A Discord webhook: one embed with the severity's colour.
struct DiscordAdapter: ChannelAdapter {
  let settings: DiscordSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    .http(.post(settings.url.value, payload(for: notice, templates: templates).bytes))
  }

  func payload(for notice: Notice, templates: TemplateSet) -> JSON {
    func part(_ name: TemplateName, _ limit: Int) -> String {
      let text = templates.render(name, of: notice, escape: .discord, limits: ValueLimits(long: 2500))
      return Escape.discord.clip(text.trimmed, to: limit)
    }
    var embed: JSONObject = [
      "title": .string(part(.discordTitle, DiscordLimit.title)),
      "description": .string(part(.discordMessage, DiscordLimit.description)),
      "color": .integer(Int64(notice.look.rgb)),
      "fields": .array(
        notice.facts.map { fact in
          // A field without a value is refused, and the whole message with it.
          let text = fact.value.onOneLine.trimmed
          let value = Escape.discord.clip(Escape.discord(text.isEmpty ? "–" : text), to: DiscordLimit.field)
          return ["name": .string(fact.name), "value": .string(value), "inline": .bool(value.utf16.count <= 40)]
        }),
      "footer": ["text": .string("Tocsin · \(notice.alert.ruleID.onOneLine)".clipped(to: DiscordLimit.footer))],
      "timestamp": .string(notice.eventTime.description),
    ]
    if let link = notice.link { embed["url"] = .string(link) }
    // Nobody is mentioned, whatever a campaign is called.
    return ["embeds": [.object(embed)], "allowed_mentions": ["parse": []]]
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    HTTPVerdict(secrets: [settings.url.value]).outcome(of: reply, now: now) {
      $0.object?["message"]?.string
    } delay: {
      $0.object?["retry_after"]?.double.flatMap { RetryAfter.delay(seconds: $0) }
    }
  }
}

/// What Discord takes, in UTF-16 units; all texts of an embed together are at most 6,000, which these never reach.
enum DiscordLimit {
  static let title = 256
  static let description = 3000
  static let field = 350
  static let footer = 300
}
