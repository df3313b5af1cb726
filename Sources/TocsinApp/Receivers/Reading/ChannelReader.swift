import TocsinCore
import TocsinNotifiers

/// Reads a channel's settings. Each reader asks for all keys that the channel has, and answers nil where a part that it
/// cannot do without is missing or wrong; the problem is reported then.
struct ChannelReader: Sendable {
  let channel: DeliveryChannel
  let read: @Sendable (inout SectionReader) -> ChannelSettings?

  /// One for each channel; the key in the file is the channel's name.
  static let all: [ChannelReader] = [
    ChannelReader(channel: .email) { EmailReader.read(&$0) },
    ChannelReader(channel: .slack) { slack(&$0) },
    ChannelReader(channel: .webhook) { WebhookReader.read(&$0) },
    ChannelReader(channel: .teams) { teams(&$0) },
    ChannelReader(channel: .discord) { discord(&$0) },
    ChannelReader(channel: .telegram) { telegram(&$0) },
    ChannelReader(channel: .pagerduty) { pagerduty(&$0) },
    ChannelReader(channel: .opsgenie) { opsgenie(&$0) },
  ]

  /// The settings of a section, checked as a whole.
  func settings(_ section: inout SectionReader) -> ChannelSettings? {
    let problems = section.context.problemCount
    let settings = read(&section)
    section.finish()
    if let settings, section.context.problemCount == problems {
      ChannelReader.check(settings, at: section.place, in: section.context)
    }
    return settings
  }

  /// Reports what the channel itself finds wrong, which is without secrets.
  static func check(_ settings: ChannelSettings, at place: Place, in context: ReadingContext) {
    let prefix = "\(settings.channel): "
    for problem in ReceiverSettings(name: "one", channels: [settings]).problems {
      context.report(place, problem.hasPrefix(prefix) ? String(problem.dropFirst(prefix.count)) : problem)
    }
  }

  /// Reports an absent secret, which can also stand in a file.
  private static func require(
    _ secret: Secret?, _ key: String, _ purpose: String, in section: inout SectionReader
  ) {
    let isThere = secret != nil || section.tree(key) != nil || section.tree("\(key)_file") != nil
    section.require(isThere, key, "\(purpose); or set \(key)_file")
  }

  private static func slack(_ section: inout SectionReader) -> ChannelSettings? {
    let url = section.url("url")
    require(url, "url", "the URL of the incoming webhook", in: &section)
    let channel = section.text("channel")
    let options = section.options(.slack)
    return url.map { .slack(SlackSettings(url: $0, channel: channel, options: options)) }
  }

  private static func teams(_ section: inout SectionReader) -> ChannelSettings? {
    let url = section.url("url")
    require(url, "url", "the URL of the workflow", in: &section)
    let options = section.options(.teams)
    return url.map { .teams(TeamsSettings(url: $0, options: options)) }
  }

  private static func discord(_ section: inout SectionReader) -> ChannelSettings? {
    let url = section.url("url")
    require(url, "url", "the URL of the webhook", in: &section)
    let options = section.options(.discord)
    return url.map { .discord(DiscordSettings(url: $0, options: options)) }
  }

  private static func telegram(_ section: inout SectionReader) -> ChannelSettings? {
    let token = section.token("token")
    require(token, "token", "the bot's token", in: &section)
    let chat = section.chat("chat_id")
    section.require(section.tree("chat_id") != nil, "chat_id", "a chat's number, or @name of a public channel")
    let thread = section.integer("thread_id", 1...Int(Int32.max))
    let base = section.url("api_url")
    let options = section.options(.telegram)
    guard let token, let chat else { return nil }
    var settings = TelegramSettings(token: token, chatID: chat, threadID: thread, options: options)
    if let base { settings.baseURL = base.value.withoutEndingSlashes }
    return .telegram(settings)
  }

  private static func pagerduty(_ section: inout SectionReader) -> ChannelSettings? {
    let key = section.token("routing_key")
    require(key, "routing_key", "the key of an Events API v2 integration", in: &section)
    let url = section.url("events_url")
    let options = section.options(.pagerduty, .incidents)
    guard let key else { return nil }
    var settings = PagerDutySettings(routingKey: key, options: options)
    if let url { settings.eventsURL = url.value }
    return .pagerduty(settings)
  }

  private static func opsgenie(_ section: inout SectionReader) -> ChannelSettings? {
    let key = section.token("api_key")
    require(key, "api_key", "the key of an API integration", in: &section)
    let base = section.url("api_url")
    let options = section.options(.opsgenie, .incidents)
    guard let key else { return nil }
    var settings = OpsgenieSettings(apiKey: key, options: options)
    if let base { settings.baseURL = base.value.withoutEndingSlashes }
    return .opsgenie(settings)
  }
}

extension SectionReader {
  /// A chat of Telegram: a number, also as charts write it (`-1.001234567890e+12`), or the name of a public channel.
  fileprivate mutating func chat(_ key: String) -> String? {
    guard let tree = tree(key), let text = text(tree, at: place.member(key), as: .word) else { return nil }
    if text.wholeMatch(of: /@[A-Za-z0-9_]+/) != nil { return text }
    if !text.hasOctalLook, let number = WholeNumber.read(text), number != 0 { return String(number) }
    context.report(
      place.member(key), "must be a chat's number, as a whole and in quotes, or @name of a public channel")
    return nil
  }
}

extension String {
  /// Ready for a path behind it.
  var withoutEndingSlashes: String {
    var text = self[...]
    while text.last == "/" { text.removeLast() }
    return String(text)
  }
}
