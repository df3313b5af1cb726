/// A Slack incoming webhook.
package struct SlackSettings: Sendable, Hashable {
  /// The webhook's URL.
  package var url: Secret
  /// A channel such as `#alerts` instead of the webhook's own. Webhooks of a Slack app ignore it.
  package var channel: String?
  /// What every channel can be told.
  package var options: TargetOptions

  /// A webhook's settings.
  package init(url: Secret, channel: String? = nil, options: TargetOptions = TargetOptions()) {
    self.url = url
    self.channel = channel
    self.options = options
  }
}

/// A workflow of Microsoft Teams that begins with a webhook request.
package struct TeamsSettings: Sendable, Hashable {
  /// The workflow's URL.
  package var url: Secret
  /// What every channel can be told.
  package var options: TargetOptions

  /// A workflow's settings.
  package init(url: Secret, options: TargetOptions = TargetOptions()) {
    self.url = url
    self.options = options
  }
}

/// A Discord webhook.
package struct DiscordSettings: Sendable, Hashable {
  /// The webhook's URL.
  package var url: Secret
  /// What every channel can be told.
  package var options: TargetOptions

  /// A webhook's settings.
  package init(url: Secret, options: TargetOptions = TargetOptions()) {
    self.url = url
    self.options = options
  }
}

/// A Telegram bot, and the chat that it writes to.
package struct TelegramSettings: Sendable, Hashable {
  /// The bot's token.
  package var token: Secret
  /// A number, or `@name` of a public channel.
  package var chatID: String
  /// The topic within a forum.
  package var threadID: Int?
  /// Where the Bot API is, without a path behind it.
  package var baseURL: String
  /// What every channel can be told.
  package var options: TargetOptions

  /// A bot's settings.
  package init(
    token: Secret, chatID: String, threadID: Int? = nil, baseURL: String = "https://api.telegram.org",
    options: TargetOptions = TargetOptions()
  ) {
    self.token = token
    self.chatID = chatID
    self.threadID = threadID
    self.baseURL = baseURL
    self.options = options
  }
}

/// A service of PagerDuty with an Events API v2 integration.
package struct PagerDutySettings: Sendable, Hashable {
  /// The integration's key.
  package var routingKey: Secret
  /// Where events go; accounts in the European region have `https://events.eu.pagerduty.com/v2/enqueue`.
  package var eventsURL: String
  /// What every channel can be told.
  package var options: TargetOptions

  /// An integration's settings.
  package init(
    routingKey: Secret, eventsURL: String = "https://events.pagerduty.com/v2/enqueue",
    options: TargetOptions = .incidents
  ) {
    self.routingKey = routingKey
    self.eventsURL = eventsURL
    self.options = options
  }
}

/// An Opsgenie API integration.
package struct OpsgenieSettings: Sendable, Hashable {
  /// The integration's key.
  package var apiKey: Secret
  /// Where the API is; accounts in the European region have `https://api.eu.opsgenie.com`.
  package var baseURL: String
  /// What every channel can be told.
  package var options: TargetOptions

  /// An integration's settings.
  package init(
    apiKey: Secret, baseURL: String = "https://api.opsgenie.com", options: TargetOptions = .incidents
  ) {
    self.apiKey = apiKey
    self.baseURL = baseURL
    self.options = options
  }
}
