public import TocsinCore

/// A part of a channel's message that a template makes.
public struct TemplateName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The channel.
  public let channel: DeliveryChannel
  /// `title`, `message` …
  public let part: String

  private init(_ channel: DeliveryChannel, _ part: String) {
    self.channel = channel
    self.part = part
  }

  /// The template of that text, such as `email.subject`; nil for one that no channel has.
  public init?(_ text: some StringProtocol) {
    guard let name = TemplateName.all.first(where: { $0.description == text }) else { return nil }
    self = name
  }

  /// A mail's subject.
  public static let emailSubject = TemplateName(.email, "subject")
  /// A mail's plain text.
  public static let emailText = TemplateName(.email, "text")
  /// A mail's HTML.
  public static let emailHTML = TemplateName(.email, "html")
  /// The line above a Slack attachment, and what notifications show.
  public static let slackText = TemplateName(.slack, "text")
  /// A Slack attachment's title.
  public static let slackTitle = TemplateName(.slack, "title")
  /// A Slack attachment's text.
  public static let slackMessage = TemplateName(.slack, "message")
  /// A card's headline.
  public static let teamsTitle = TemplateName(.teams, "title")
  /// A card's text.
  public static let teamsMessage = TemplateName(.teams, "message")
  /// An embed's title.
  public static let discordTitle = TemplateName(.discord, "title")
  /// An embed's description.
  public static let discordMessage = TemplateName(.discord, "message")
  /// A whole Telegram message.
  public static let telegramMessage = TemplateName(.telegram, "message")
  /// A PagerDuty incident's summary.
  public static let pagerdutyTitle = TemplateName(.pagerduty, "title")
  /// An Opsgenie alert's message.
  public static let opsgenieTitle = TemplateName(.opsgenie, "title")
  /// An Opsgenie alert's description.
  public static let opsgenieMessage = TemplateName(.opsgenie, "message")

  /// All that there are. A webhook has none: its body is the alert.
  public static let all: [TemplateName] = [
    emailSubject, emailText, emailHTML, slackText, slackTitle, slackMessage, teamsTitle, teamsMessage, discordTitle,
    discordMessage, telegramMessage, pagerdutyTitle, opsgenieTitle, opsgenieMessage,
  ]

  public static func < (left: TemplateName, right: TemplateName) -> Bool { left.description < right.description }

  /// `channel.part`
  public var description: String { "\(channel).\(part)" }

  /// What a file of a folder is called.
  public var fileName: String { "\(self).mustache" }
}
