import CurlClient
import TocsinCore
import TocsinJSON

/// A Telegram bot: one message in HTML mode.
struct TelegramAdapter: ChannelAdapter {
  let settings: TelegramSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    let base = settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL
    return .http(
      .post("\(base)/bot\(settings.token.value)/sendMessage", payload(for: notice, templates: templates).bytes))
  }

  func payload(for notice: Notice, templates: TemplateSet) -> JSON {
    let text = templates.render(
      .telegramMessage, of: notice, escape: .html, limits: ValueLimits(short: 200, long: 1800),
      check: TelegramText.fault)
    var payload: JSONObject = [
      "chat_id": .string(settings.chatID), "text": .string(text.trimmed), "parse_mode": "HTML",
      "link_preview_options": ["is_disabled": true],
    ]
    if let thread = settings.threadID { payload["message_thread_id"] = .integer(Int64(thread)) }
    return .object(payload)
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    HTTPVerdict(secrets: [settings.token.value]).outcome(of: reply, now: now) {
      $0.object?["description"]?.string
    } delay: {
      $0.object?["parameters"]?.object?["retry_after"]?.double.flatMap { RetryAfter.delay(seconds: $0) }
    }
  }
}
