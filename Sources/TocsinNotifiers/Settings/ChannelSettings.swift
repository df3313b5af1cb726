import Foundation
package import TocsinCore

/// One way to reach people, with all it takes.
package enum ChannelSettings: Sendable, Hashable {
  /// Mail by SMTP.
  case email(EmailSettings)
  /// A Slack incoming webhook.
  case slack(SlackSettings)
  /// Any HTTP endpoint.
  case webhook(WebhookSettings)
  /// A workflow of Microsoft Teams.
  case teams(TeamsSettings)
  /// A Discord webhook.
  case discord(DiscordSettings)
  /// A Telegram bot.
  case telegram(TelegramSettings)
  /// PagerDuty's Events API v2.
  case pagerduty(PagerDutySettings)
  /// Opsgenie's Alert API.
  case opsgenie(OpsgenieSettings)

  /// The channel's name.
  package var channel: DeliveryChannel {
    switch self {
    case .email: .email
    case .slack: .slack
    case .webhook: .webhook
    case .teams: .teams
    case .discord: .discord
    case .telegram: .telegram
    case .pagerduty: .pagerduty
    case .opsgenie: .opsgenie
    }
  }

  /// What every channel can be told.
  package var options: TargetOptions {
    switch self {
    case .email(let settings): settings.options
    case .slack(let settings): settings.options
    case .webhook(let settings): settings.options
    case .teams(let settings): settings.options
    case .discord(let settings): settings.options
    case .telegram(let settings): settings.options
    case .pagerduty(let settings): settings.options
    case .opsgenie(let settings): settings.options
    }
  }

  /// By what each target is known; two with one address are one target.
  var addresses: [String] {
    switch self {
    case .email(let settings): [settings.address]
    case .slack(let settings): [[settings.url.value, settings.channel ?? ""].joined(separator: "\n")]
    case .webhook(let settings): settings.urls.map(\.value)
    case .teams(let settings): [settings.url.value]
    case .discord(let settings): [settings.url.value]
    case .telegram(let settings):
      [
        [settings.baseURL, settings.token.value, settings.chatID, settings.threadID.map(String.init) ?? ""]
          .joined(separator: "\n")
      ]
    case .pagerduty(let settings): [[settings.eventsURL, settings.routingKey.value].joined(separator: "\n")]
    case .opsgenie(let settings): [[settings.baseURL, settings.apiKey.value].joined(separator: "\n")]
    }
  }

  /// The host of each target, in the order of ``addresses``: what may be shown of a URL.
  var hosts: [String] {
    func host(_ url: String) -> String { URLComponents(string: url)?.host ?? "" }
    return switch self {
    case .email(let settings): [settings.host]
    case .slack(let settings): [host(settings.url.value)]
    case .webhook(let settings): settings.urls.map { host($0.value) }
    case .teams(let settings): [host(settings.url.value)]
    case .discord(let settings): [host(settings.url.value)]
    case .telegram(let settings): [host(settings.baseURL)]
    case .pagerduty(let settings): [host(settings.eventsURL)]
    case .opsgenie(let settings): [host(settings.baseURL)]
    }
  }

  func targets(of receiver: String) -> [RoutingTable.Target] {
    addresses.map { address in
      RoutingTable.Target(
        name: TargetName(receiver: receiver, channel: channel, address: address), channel: channel,
        causes: options.causes)
    }
  }
}
