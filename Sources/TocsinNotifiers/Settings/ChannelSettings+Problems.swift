extension ChannelSettings {
  /// What cannot work, without secrets.
  var problems: [String] {
    let own =
      switch self {
      case .email(let settings): settings.problems
      case .slack(let settings): url(settings.url)
      case .webhook(let settings): settings.problems
      case .teams(let settings): url(settings.url)
      case .discord(let settings): url(settings.url)
      case .telegram(let settings):
        url(settings.baseURL) + key(settings.token, "the token", isPathSegment: true)
          + (settings.chatID.isEmpty ? ["there is no chat_id"] : [])
      case .pagerduty(let settings): url(settings.eventsURL) + key(settings.routingKey, "the routing key")
      case .opsgenie(let settings): url(settings.baseURL) + key(settings.apiKey, "the API key")
      }
    return own + (options.timeout > .zero && options.timeout <= .seconds(600) ? [] : ["the timeout is not 0 … 600 s"])
  }

  private func url(_ secret: Secret) -> [String] { url(secret.value) }

  private func url(_ text: String) -> [String] { text.isWebURL ? [] : ["the URL is not an http or https URL"] }

  private func key(_ secret: Secret, _ name: String, isPathSegment: Bool = false) -> [String] {
    if secret.isEmpty { return ["\(name) is empty"] }
    let isPlain = secret.value.utf8.allSatisfy {
      (0x21...0x7e).contains($0) && !(isPathSegment && "/?#%\\".utf8.contains($0))
    }
    return isPlain ? [] : ["\(name) has characters that no such key has"]
  }
}

extension String {
  /// Whether this is an absolute `http` or `https` URL.
  var isWebURL: Bool { WebURL.fault(of: self) == nil }
}
