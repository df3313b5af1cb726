import CurlClient
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

/// Texts that try to become something else.
enum Hostile {
  static let lines = "Sale\r\nBcc: all@example.org\r\n\r\n<b>hi</b>\u{0}\u{1b}[2J\u{2028}end"
  static let markup = "<script>alert(1)</script> & \"quoted\" 'single' <!channel> <https://evil.example|click>"
  static let marks = "<\u{301}b>\u{338} &\u{301} \"\u{301}"
  static let emoji = "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 Größe"
  static let arabic = "حملة الربيع"
  static let override = "safe \u{202e}gpj.exe\u{202c} end"
  static let long = String(repeating: "long title ", count: 1000)
  static let zalgo = "a" + String(repeating: "\u{301}", count: 20_000)

  static let all = [lines, markup, marks, emoji, arabic, override, long, zalgo, "", "   ", "{{title}}{{{x}}}"]
}

enum Samples {
  static let time = Timestamp(milliseconds: 1_769_851_800_125)  // 2026-01-31T09:30:00.125Z
  static let now = time.advanced(by: 2_000)
  static let alertID = AlertID(high: 0x019c_1373_387d_7abc, low: 0x8def_0123_4567_89ab)

  static func alert(
    title: String = "Low ROAS: Spring sale", message: String = "Return on ad spend is 1.50x. Review bids.",
    severity: Severity = .high, campaign: String = "Spring sale", campaignID: String = "c-1", adID: String = "",
    details: JSONObject = ["rule_name": "ROAS < 2.0x", "operator": "<", "action": "Review bids."]
  ) -> Alert {
    Alert(
      alertID: AlertID(high: UInt64(time.milliseconds) << 16 | 0x7abc, low: alertID.low), ruleID: "roas_drop_critical",
      alertType: .roasDrop, severity: severity, title: title, message: message,
      entity: Entity(campaignID: campaignID, adID: adID), campaignName: campaign, metricName: "roas", metricValue: 1.5,
      thresholdValue: 2, details: details)
  }

  static func notification(
    _ alert: Alert = alert(), cause: DeliveryCause = .fired, target: TargetName? = nil,
    channel: DeliveryChannel = .webhook
  ) -> TocsinCore.Notification {
    var alert = alert
    if cause == .acknowledged { alert.acknowledgement = Alert.Mark(at: now, by: "ann") }
    if cause == .resolved { alert.resolution = Alert.Mark(at: now, by: nil) }
    let name = target ?? TargetName(receiver: "ops", target: "\(channel)-1")
    return TocsinCore.Notification(
      delivery: PlannedDelivery(alertID: alert.alertID, cause: cause, target: name, channel: channel), alert: alert,
      tenant: .standard, attempt: 1)
  }

  static func notice(
    _ alert: Alert = alert(), cause: DeliveryCause = .fired, console: String? = "https://tocsin.example/console"
  ) -> Notice {
    Notice(notification(alert, cause: cause), consoleURL: console, now: now)
  }

  /// Settings of every channel, with this in each secret.
  static func everyChannel(secret: String, base: String = "https://hooks.example.org") -> [ChannelSettings] {
    let url = Secret("\(base)/\(secret)")
    return [
      .email(email(host: "127.0.0.1", port: 2525, user: "tocsin", password: secret)),
      .slack(SlackSettings(url: url, channel: "#alerts")),
      .webhook(
        WebhookSettings(
          urls: [url], headers: [WebhookSettings.Header("X-Token", Secret(secret))],
          signingSecrets: SigningSecret("whsec_c2VjcmV0c2VjcmV0c2VjcmV0").map { [$0] } ?? [])),
      .teams(TeamsSettings(url: url)), .discord(DiscordSettings(url: url)),
      .telegram(TelegramSettings(token: Secret(secret), chatID: "42", baseURL: base)),
      .pagerduty(PagerDutySettings(routingKey: Secret(secret), eventsURL: base)),
      .opsgenie(OpsgenieSettings(apiKey: Secret(secret), baseURL: base)),
    ]
  }

  static func email(
    host: String = "mail.example.org", port: Int = 587, user: String? = nil, password: String = "",
    sender: String = "Tocsin <alerts@example.org>", recipients: [String] = ["ops@example.org"],
    security: EmailSettings.Security = .none
  ) -> EmailSettings {
    EmailSettings(
      host: host, port: port, security: security, user: user, password: user.map { _ in Secret(password) },
      sender: MailAddress(sender) ?? MailAddress(address: "x@example.org")!,
      recipients: recipients.compactMap { MailAddress($0) })
  }
}

extension ChannelAdapter {
  /// The HTTP request for a notice.
  func transfer(_ notice: Notice, _ templates: TemplateSet = TemplateSet()) -> HTTPTransfer? {
    if case .http(let transfer) = request(for: notice, templates: templates) { transfer } else { nil }
  }

  /// Its body, read again.
  func json(_ notice: Notice, _ templates: TemplateSet = TemplateSet()) throws -> JSON {
    try JSON(parsing: transfer(notice, templates)?.body ?? [])
  }
}

extension JSON {
  subscript(_ key: String) -> JSON? { object?[key] }
  subscript(_ index: Int) -> JSON? { array.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
}

extension HTTPTransfer {
  func header(_ name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }
}
