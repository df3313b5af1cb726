import TocsinCore
import TocsinNotifiers

/// Reads the settings of webhooks.
enum WebhookReader {
  static func read(_ section: inout SectionReader) -> ChannelSettings? {
    let problems = section.context.problemCount
    let urls = section.secrets("urls", single: "url").compactMap { section.url($0.secret, at: $0.place) }
    section.require(
      !urls.isEmpty || section.context.problemCount > problems, "urls",
      "a list of URLs; or set url, url_file or urls_file")
    let headers = headers(&section)
    let secrets = section.secrets("secrets", single: "secret").compactMap { place, secret in
      let key = SigningSecret(SettingText.trimmed(secret.value, isSecret: false))
      if key == nil { section.context.report(place, "must be whsec_ and base64") }
      return key
    }
    let format = section.word("format", WebhookSettings.Format.self)
    let options = section.options(.webhook)
    return .webhook(
      WebhookSettings(
        urls: urls, headers: headers, signingSecrets: secrets, format: format ?? .alert, options: options))
  }

  /// The headers at `headers`, and those of `headers_file`, which has paths in place of values.
  private static func headers(_ section: inout SectionReader) -> [WebhookSettings.Header] {
    var headers: [WebhookSettings.Header] = []
    var names: Set<String> = []
    let context = section.context
    func add(_ name: String, _ value: String, at place: Place) {
      if !names.insert(name.lowercased()).inserted { context.report(place, "the header is there already") }
      headers.append(WebhookSettings.Header(name, Secret(value)))
    }
    if let values = section.section("headers") {
      for (key, tree) in values.all {
        let place = values.place.member(key)
        if let value = values.text(tree, at: place, as: .secret) { add(key, value, at: place) }
      }
    }
    if let files = section.section("headers_file") {
      for (key, tree) in files.all {
        let place = files.place.member(key)
        guard let path = files.text(tree, at: place) else { continue }
        add(key, files.fileText(path: path, at: place), at: place)
      }
    }
    return headers
  }
}
