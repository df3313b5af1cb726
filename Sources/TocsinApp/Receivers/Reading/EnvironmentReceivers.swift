import TocsinCore
import TocsinJSON
import TocsinNotifiers

/// The receivers `email`, `slack` and `webhook` of the variables that existing deployments set.
struct EnvironmentReceivers {
  /// All variables that are read here.
  static let variables = [
    "ALERT_EMAIL_ENABLED", "ALERT_EMAIL_RECIPIENTS", "ALERT_EMAIL_SMTP_HOST", "ALERT_EMAIL_SMTP_PORT",
    "ALERT_EMAIL_SENDER", "ALERT_EMAIL_PASSWORD", "ALERT_EMAIL_SECURITY", "ALERT_EMAIL_VERIFY", "ALERT_SLACK_ENABLED",
    "ALERT_SLACK_WEBHOOK_URL",
    "ALERT_SLACK_CHANNEL", "ALERT_WEBHOOK_ENABLED", "ALERT_WEBHOOK_URLS", "ALERT_WEBHOOK_HEADERS",
  ]

  private let context: ReadingContext

  /// Those whose `…_ENABLED` is true.
  static func read(in context: ReadingContext) -> [ReadReceiver] {
    let reader = EnvironmentReceivers(context: context)
    return [
      reader.receiver("email", "ALERT_EMAIL_ENABLED", reader.email),
      reader.receiver("slack", "ALERT_SLACK_ENABLED", reader.slack),
      reader.receiver("webhook", "ALERT_WEBHOOK_ENABLED", reader.webhook),
    ].compactMap { $0 }
  }

  private func receiver(_ name: String, _ switchedBy: String, _ read: () -> ChannelSettings?) -> ReadReceiver? {
    guard let text = context.setting(switchedBy) else { return nil }
    let place = Place(switchedBy)
    guard let isEnabled = FlagText.read(text) else {
      context.report(place, "must be \(FlagText.words)")
      return nil
    }
    guard isEnabled else { return nil }
    let before = context.problemCount
    let settings = read()
    if let settings, context.problemCount == before { ChannelReader.check(settings, at: place, in: context) }
    return ReadReceiver(settings: ReceiverSettings(name: name, channels: settings.map { [$0] } ?? []), place: place)
  }

  /// Without a password the server is one that takes mail from its own network and may know no TLS.
  private func email() -> ChannelSettings? {
    let host = required("ALERT_EMAIL_SMTP_HOST", for: "ALERT_EMAIL_ENABLED")
    let sender = required("ALERT_EMAIL_SENDER", for: "ALERT_EMAIL_ENABLED").flatMap {
      EmailReader.address($0, at: Place("ALERT_EMAIL_SENDER"), in: context)
    }
    let place = Place("ALERT_EMAIL_RECIPIENTS")
    let recipients = list("ALERT_EMAIL_RECIPIENTS", for: "ALERT_EMAIL_ENABLED", ListText.addresses).compactMap {
      EmailReader.address($0.text, at: place, entry: $0.entry, in: context)
    }
    let port = port()
    let password = context.setting("ALERT_EMAIL_PASSWORD", isSecret: true).map { Secret($0) }
    let security = security()
    let verify = verify()
    guard let host, let sender, !recipients.isEmpty else { return nil }
    return .email(
      EmailSettings(
        host: host, port: port,
        security: security ?? (port == 465 ? .tls : password == nil ? .opportunistic : .starttls),
        user: password == nil ? nil : sender.address, password: password, sender: sender, recipients: recipients,
        greetingName: EmailReader.greeting(in: context), verifiesCertificate: verify))
  }

  private func security() -> EmailSettings.Security? {
    guard let text = context.setting("ALERT_EMAIL_SECURITY") else { return nil }
    let security = EmailSettings.Security(rawValue: text)
    if security == nil {
      let names = EmailSettings.Security.allCases.map(\.rawValue).joined(separator: ", ")
      context.report(Place("ALERT_EMAIL_SECURITY"), "must be one of \(names)")
    }
    return security
  }

  private func verify() -> Bool {
    guard let text = context.setting("ALERT_EMAIL_VERIFY") else { return true }
    let verify = FlagText.read(text)
    if verify == nil { context.report(Place("ALERT_EMAIL_VERIFY"), "must be true or false") }
    return verify ?? true
  }

  private func port() -> Int {
    let name = "ALERT_EMAIL_SMTP_PORT"
    guard let text = context.setting(name), !ServiceVariable.isValue(text, of: name) else { return 587 }
    if let port = WholeNumber.read(text), (1...65_535).contains(port) { return Int(port) }
    context.report(Place(name), "must be a whole number from 1 to 65535")
    return 587
  }

  private func slack() -> ChannelSettings? {
    let place = Place("ALERT_SLACK_WEBHOOK_URL")
    guard let url = required("ALERT_SLACK_WEBHOOK_URL", for: "ALERT_SLACK_ENABLED").flatMap({ url($0, at: place) })
    else { return nil }
    // Set and empty: the webhook's own channel.
    let standard = context.isSet("ALERT_SLACK_CHANNEL") ? nil : "#alerts"
    return .slack(SlackSettings(url: url, channel: context.setting("ALERT_SLACK_CHANNEL") ?? standard))
  }

  private func webhook() -> ChannelSettings? {
    let place = Place("ALERT_WEBHOOK_URLS")
    let urls = list("ALERT_WEBHOOK_URLS", for: "ALERT_WEBHOOK_ENABLED", ListText.urls).compactMap {
      url($0.text, at: place, entry: $0.entry)
    }
    let headers = headers()
    return urls.isEmpty ? nil : .webhook(WebhookSettings(urls: urls, headers: headers))
  }

  private func headers() -> [WebhookSettings.Header] {
    let place = Place("ALERT_WEBHOOK_HEADERS")
    guard let text = context.setting("ALERT_WEBHOOK_HEADERS", isList: true) else { return [] }
    guard let object = (try? JSON(parsing: text))?.object else {
      context.report(place, "must be a JSON object: {\"X-Team\": \"growth\"}")
      return []
    }
    return object.members.compactMap { member in
      guard let value = member.value.string else {
        context.report(place.member(member.key), "the value of a header must be a JSON string")
        return nil
      }
      return WebhookSettings.Header(member.key, Secret(SettingText.trimmed(value, isSecret: true)))
    }
  }

  private func url(_ text: String, at place: Place, entry: ListText.Entry? = nil) -> Secret? {
    guard let fault = WebURL.fault(of: text) else { return Secret(text) }
    // Whatever else is in it may be the secret.
    let name = entry.map { "\($0.name(shown: WebURL.place(of: text))) " } ?? ""
    context.report(place, "\(name)\(fault)")
    return nil
  }

  private func required(_ name: String, for reason: String, isList: Bool = false) -> String? {
    let before = context.problemCount
    if let text = context.setting(name, isList: isList) { return text }
    if context.problemCount == before { context.report(Place(name), "is not set, but \(reason) is true") }
    return nil
  }

  private func list(
    _ name: String, for reason: String, _ split: (String) -> [String]
  ) -> [(entry: ListText.Entry?, text: String)] {
    guard let text = required(name, for: reason, isList: true) else { return [] }
    let parts = split(text)
    if parts.isEmpty { context.report(Place(name), "has nothing between its commas") }
    if parts.count == 1 { return [(nil, parts[0])] }
    return parts.enumerated().map { (ListText.Entry(number: $0.offset + 1), $0.element) }
  }
}
