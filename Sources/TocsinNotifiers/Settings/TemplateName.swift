package import TocsinCore

/// A part of a channel's message that a template makes.
package struct TemplateName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The channel.
  package let channel: DeliveryChannel
  /// `title`, `message` …
  package let part: String

  private init(_ channel: DeliveryChannel, _ part: String) {
    self.channel = channel
    self.part = part
  }

  /// The template of that text, such as `email.subject`; nil for one that no channel has.
  package init?(_ text: some StringProtocol) {
    guard let name = TemplateName.all.first(where: { $0.description == text }) else { return nil }
    self = name
  }

  /// A mail's subject.
  package static let emailSubject = TemplateName(.email, "subject")
  /// A mail's plain text.
  package static let emailText = TemplateName(.email, "text")
  /// A mail's HTML.
  package static let emailHTML = TemplateName(.email, "html")
  /// The line above a Slack attachment, and what notifications show.
  package static let slackText = TemplateName(.slack, "text")
  /// A Slack attachment's title.
  package static let slackTitle = TemplateName(.slack, "title")
  /// A Slack attachment's text.
  package static let slackMessage = TemplateName(.slack, "message")
  /// A card's headline.
  package static let teamsTitle = TemplateName(.teams, "title")
  /// A card's text.
  package static let teamsMessage = TemplateName(.teams, "message")
  /// An embed's title.
  package static let discordTitle = TemplateName(.discord, "title")
  /// An embed's description.
  package static let discordMessage = TemplateName(.discord, "message")
  /// A whole Telegram message.
  package static let telegramMessage = TemplateName(.telegram, "message")
  /// A PagerDuty incident's summary.
  package static let pagerdutyTitle = TemplateName(.pagerduty, "title")
  /// An Opsgenie alert's message.
  package static let opsgenieTitle = TemplateName(.opsgenie, "title")
  /// An Opsgenie alert's description.
  package static let opsgenieMessage = TemplateName(.opsgenie, "message")

  /// All that there are. A webhook has none: its body is the alert.
  package static let all: [TemplateName] = [
    emailSubject, emailText, emailHTML, slackText, slackTitle, slackMessage, teamsTitle, teamsMessage, discordTitle,
    discordMessage, telegramMessage, pagerdutyTitle, opsgenieTitle, opsgenieMessage,
  ]

  package static func < (left: TemplateName, right: TemplateName) -> Bool { left.description < right.description }

  /// `channel.part`
  package var description: String { "\(channel).\(part)" }

  /// What a file of a folder is called.
  package var fileName: String { "\(self).mustache" }
}
