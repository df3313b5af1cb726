import Testing

@testable import TocsinApp

/// What is often said.
private enum Reason {
  static let url = "must be a URL that begins with https:// or http://, without spaces"
  static let gone = "it cannot be read: No such file or directory"
  static let address = "must be a mail address: ops@example.org, or On call <ops@example.org>"
  static let glob = "must be at most 256 bytes; * and ? are wildcards"
  static let control = "has a control character (a line break, a tab, …) inside"
  static let quotes = "has quotes around it, which are part of the value: leave them out"
  static let quoteIt = "YAML takes it for a number, a truth value or a date, and may change it: quote it"
  static let flag = "must be true or false (or yes, no, on, off, 1, 0)"
}

@Suite struct ReceiverProblemTests {
  /// A receiver with that in its channel, and what is wrong.
  @Test(arguments: [
    ("slack: 5", ["slack: must be a mapping, not a single value"]),
    ("slack: []", ["slack: is an empty list: leave it out"]),
    ("slack: [{url: https://hooks.example.org/a}, x]", ["slack[1]: must be a mapping, not a single value"]),
    ("slack: {}", ["slack.url: is missing: the URL of the incoming webhook; or set url_file"]),
    ("slack: {url: hooks.example.org}", ["slack.url: \(Reason.url)"]),
    ("slack: {url: [a]}", ["slack.url: must be a text, not a list"]),
    ("slack: {url: {a: b}}", ["slack.url: must be a text, not a mapping"]),
    ("slack: {url: }", ["slack.url: is empty: leave it out, or quote a text that begins with #"]),
    ("slack: {url: ''}", ["slack.url: is empty"]),
    ("slack: {url: \"a\\0\"}", ["slack.url: \(Reason.control)"]),
    ("slack: {url: '${NOPE}'}", ["slack.url: the environment variable NOPE is not set"]),
    ("slack: {url_file: none}", ["slack.url_file: the file cannot be used: \(Reason.gone)"]),
    ("slack: {url_file: empty}", ["slack.url_file: the file is empty"]),
    ("slack: {url_file: two}", ["slack.url_file: the file has more than one line"]),
    ("slack: {url_file: binary}", ["slack.url_file: the file \(Reason.control)"]),
    (
      "slack: {url: https://hooks.example.org/a, url_file: url}",
      ["slack.url: is set, and so is url_file: leave one out"]
    ),
    (
      "slack: {url: https://hooks.example.org/a, chanel: x}",
      [
        "slack.chanel: there is no such setting; did you mean channel?"
      ]
    ),
    (
      "slack: {url: https://hooks.example.org/a, colour: x}",
      [
        "slack.colour: there is no such setting; here can be url, url_file, channel, send_acknowledged, send_resolved, "
          + "deny_private_addresses, timeout, templates"
      ]
    ),
    (
      "slack: {url: https://hooks.example.org/a, timeout: 10}",
      ["slack.timeout: must be a duration with a unit, such as 30s, 5m or 2h, and at most 10m"]
    ),
    (
      "slack: {url: https://hooks.example.org/a, timeout: 11m}",
      ["slack.timeout: must be a duration with a unit, such as 30s, 5m or 2h, and at most 10m"]
    ),
    ("slack: {url: https://hooks.example.org/a, send_resolved: maybe}", ["slack.send_resolved: \(Reason.flag)"]),
    ("slack: {url: https://hooks.example.org/a, templates: none}", ["slack.templates: there is no such folder"]),
    (
      "slack: {url: https://hooks.example.org/a, templates: {message: none, subject: x}}",
      [
        "slack.templates.message: there is no such file",
        "slack.templates.subject: there is no such setting; here can be folder, text, title, message",
      ]
    ),
    ("teams: {}", ["teams.url: is missing: the URL of the workflow; or set url_file"]),
    ("discord: {}", ["discord.url: is missing: the URL of the webhook; or set url_file"]),
    (
      "telegram: {thread_id: 0, api_url: x}",
      [
        "telegram.token: is missing: the bot's token; or set token_file",
        "telegram.chat_id: is missing: a chat's number, or @name of a public channel",
        "telegram.thread_id: must be a whole number from 1 to 2147483647",
        "telegram.api_url: \(Reason.url)",
      ]
    ),
    (
      "slack: {url: https://hooks.example.org/a, channel: 0123}", ["slack.channel: \(Reason.quoteIt)"]
    ),
    ("telegram: {token: \"'1:a'\", chat_id: 5}", ["telegram.token: \(Reason.quotes)"]),
    (
      "telegram: {token: a, chat_id: -1.5}",
      ["telegram.chat_id: must be a chat's number, as a whole and in quotes, or @name of a public channel"]
    ),
    ("telegram: {token: a/b, chat_id: 5}", ["telegram: the token has characters that no such key has"]),
    (
      "pagerduty: {}",
      ["pagerduty.routing_key: is missing: the key of an Events API v2 integration; or set routing_key_file"]
    ),
    ("opsgenie: {}", ["opsgenie.api_key: is missing: the key of an API integration; or set api_key_file"]),
    ("webhook: {}", ["webhook.urls: is missing: a list of URLs; or set url, url_file or urls_file"]),
    (
      "webhook: {urls: [https://hooks.example.org/a, x], secrets: [whsec_AAAA, '!'], format: xml, templates: x}",
      [
        "webhook.urls[1]: \(Reason.url)",
        "webhook.secrets[1]: must be whsec_ and base64", "webhook.format: must be one of alert, envelope",
        "webhook.templates: there is no such setting; here can be urls, urls_file, url, url_file, headers, headers_file, "
          + "secrets, secrets_file, secret, secret_file, format, send_acknowledged, send_resolved, deny_private_addresses, "
          + "timeout",
      ]
    ),
    (
      "webhook: {url: https://hooks.example.org/a, headers: {A: x, B: [y]}, headers_file: {a: url, C: none}}",
      [
        "webhook.headers.B: must be a text, not a list", "webhook.headers_file.a: the header is there already",
        "webhook.headers_file.C: the file cannot be used: \(Reason.gone)",
      ]
    ),
    (
      "webhook: {url: https://hooks.example.org/a, headers: {Host: x}}", ["webhook: the header host cannot be set"]
    ),
    (
      "email: {}",
      [
        "email.host: is missing: the name of the mail server",
        "email.sender: is missing: the address that mail comes from",
        "email.recipients: is missing: a list of mail addresses",
      ]
    ),
    (
      "email: {host: h, port: 0, security: ssl, sender: x, recipients: [a@example.org, b]}",
      [
        "email.port: must be a whole number from 1 to 65535",
        "email.security: must be one of starttls, tls, opportunistic, none",
        "email.sender: \(Reason.address)",
        "email.recipients[1]: \(Reason.address)",
      ]
    ),
    (
      "email: {host: h, sender: a@example.org, recipients: []}",
      ["email.recipients: is missing: a list of mail addresses"]
    ),
    (
      "email: {host: h, sender: a@example.org, recipients: b@example.org, security: none, password: hunter2}",
      ["email: a log-in without TLS shows the password to all"]
    ),
    (
      "email: {host: h, sender: a@example.org, recipients: b@example.org, verify: false, password: hunter2}",
      [
        "email: a log-in needs the server's certificate verified: leave verify out, and name the certificate's authority "
          + "in TOCSIN_CA_FILE"
      ]
    ),
    (
      "email: {host: h, sender: größe@example.org, recipients: [b@example.org, jo@exämple..org], helo: a b}",
      [
        "email: helo must be a host's name, such as tocsin.example.org, or an address, such as [192.0.2.1]: the name has "
          + "white space in it",
        "email: the sender größe@example.org must be ASCII before the @: not every server can answer to it",
        "email: jo@exämple..org cannot be reached: its domain is not a name that name servers can know",
      ]
    ),
  ])
  func channels(channel: String, expected: [String]) throws {
    let files = ["empty": "\n", "two": "a\nb\n", "binary": "a\0", "url": "https://hooks.example.org/x"]
    let found = try problems("receivers:\n  - name: a\n    \(channel)\n", files: files)
    #expect(found == expected.map { "receivers[0].\($0)" })
  }

  @Test(arguments: [
    ("receivers: {a: b}", ["receivers: must be a list of receivers, each with a name and channels, not a mapping"]),
    ("receivers: [5]", ["receivers[0]: must be a mapping, not a single value"]),
    (
      "receivers: [{name: a}]",
      [
        "receivers[0]: has no channel: add one of email, slack, webhook, teams, discord, telegram, pagerduty, opsgenie"
      ]
    ),
    (
      "receivers: [{discord: {url: https://hooks.example.org}}]",
      ["receivers[0].name: is missing: what routes call the receiver"]
    ),
    (
      "receivers: [{name: a b, discord: {url: https://hooks.example.org}}]",
      [
        "receivers[0].name: must be 1 to 64 letters, digits and the characters _ . - and neither database nor websocket, "
          + "which are channels that every alert takes"
      ]
    ),
    (
      "receivers: [{name: a, pager: {}, discord: {url: https://hooks.example.org}}]",
      [
        "receivers[0].pager: there is no such setting; here can be name, fallback, fallback_after, concurrency, email, "
          + "slack, webhook, teams, discord, telegram, pagerduty, opsgenie"
      ]
    ),
    (
      "receivers: [&a {name: a, discord: {url: https://hooks.example.org}}, *a]",
      ["receivers[1].name: receivers[0] has the same name: choose another one"]
    ),
    (
      "receivers: [{name: a, fallback: [a, b], fallback_after: 1x, concurrency: 0,"
        + " discord: {url: https://hooks.example.org}}]\nroutes: [{receivers: a}]",
      [
        "receivers[0].fallback_after: must be a duration with a unit, such as 30s, 5m or 2h, and at most 30d",
        "receivers[0].concurrency: must be a whole number from 1 to 1000",
        "receivers[0].fallback[0]: a receiver cannot be its own fallback",
        "receivers[0].fallback[1]: no receiver has that name; there are a",
      ]
    ),
    (
      "receivers: [{name: a, fallback_after: 1m, discord: {url: https://hooks.example.org}}]",
      ["receivers[0].fallback_after: needs receivers in fallback"]
    ),
    (
      "receivers: [{name: a, fallback: b, discord: {url: https://hooks.example.org}},"
        + " {name: b, fallback: a, discord: {url: https://hooks.example.org}}]",
      ["routes: are needed: every receiver is another one's fallback, so none gets anything"]
    ),
  ])
  func receivers(text: String, expected: [String]) throws {
    #expect(try problems(text) == expected)
  }

  @Test(arguments: [
    ("routes: {receivers: a}", ["routes: must be a list of routes, not a mapping"]),
    ("routes: [a]", ["routes[0]: must be a mapping, not a single value"]),
    ("routes: [{}]", ["routes[0].receivers: is missing: who gets what matches; an empty list is nobody"]),
    ("routes: [{receivers: [b, a]}]", ["routes[0].receivers[0]: no receiver has that name; there are a"]),
    ("routes: [{receivers: [a, a]}]", ["routes[0].receivers[1]: stands there twice"]),
    (
      "routes: [{receivers: a, continue: perhaps, then: x}]",
      [
        "routes[0].continue: \(Reason.flag)",
        "routes[0].then: there is no such setting; here can be match, receivers, continue",
      ]
    ),
    ("routes: [{match: critical, receivers: a}]", ["routes[0].match: must be a mapping, not a single value"]),
    (
      "routes: [{match: {severity: [high, urgent], alert_type: cpa, metadata: [x], campaign: y}, receivers: a}]",
      [
        "routes[0].match.severity[1]: must be one of critical, high, medium, low, info",
        "routes[0].match.alert_type: must be one of roas_drop, budget_warning, budget_depleted, ad_disapproved, "
          + "ctr_anomaly, conversion_spike, prediction_miss, campaign_paused, high_cpa, low_impressions",
        "routes[0].match.metadata: must be a mapping of names and values, not a list",
        "routes[0].match.campaign: there is no such setting; did you mean campaign_id?",
      ]
    ),
    (
      "routes: [{match: {campaign_id: ['', \"a\\tb\", [x], \"\(String(repeating: "é", count: 129))\"], tenant: []},"
        + " receivers: a}]",
      [
        "routes[0].match.campaign_id[0]: is empty", "routes[0].match.campaign_id[1]: \(Reason.control)",
        "routes[0].match.campaign_id[2]: must be a text, not a list",
        "routes[0].match.campaign_id[3]: \(Reason.glob)",
        "routes[0].match.tenant: is an empty list: leave it out to match everything",
      ]
    ),
  ])
  func routes(text: String, expected: [String]) throws {
    #expect(try problems("receivers: [{name: a, discord: {url: https://hooks.example.org}}]\n" + text) == expected)
  }

  @Test(arguments: [
    ("console_url: tocsin", ["console_url: \(Reason.url)"]),
    ("console_url: https://tocsin.example.org/?a", ["console_url: must have no ? and no #"]),
    ("templates: none", ["templates: there is no such folder"]),
    ("deliveries: 5", ["deliveries: must be a mapping, not a single value"]),
    (
      "deliveries: {retry_base_seconds: 0, retry_cap_seconds: x, give_up_after_hours: 9000, tries: 5}",
      [
        "deliveries.retry_base_seconds: must be a number from 0.01 to 3600.0",
        "deliveries.retry_cap_seconds: must be a number from 0.01 to 86400.0",
        "deliveries.give_up_after_hours: must be a number from 0.01 to 8760.0",
        "deliveries.tries: there is no such setting; here can be retry_base_seconds, retry_cap_seconds, "
          + "give_up_after_hours",
      ]
    ),
    (
      "deliveries: {retry_base_seconds: 5, retry_cap_seconds: 4}",
      ["deliveries.retry_cap_seconds: must not be less than retry_base_seconds"]
    ),
    ("recievers: []", ["recievers: there is no such setting; did you mean receivers?"]),
    ("- a", ["the file must hold a mapping of settings"]),
  ])
  func theRest(text: String, expected: [String]) throws {
    #expect(try problems(text) == expected)
  }

  @Test func everythingIsSaidAtOnce() throws {
    let text = """
      colour: red
      receivers:
        - {name: a, slack: {}}
        - {name: b, email: {host: h, sender: x, recipients: [y@example.org]}}
      routes: [{match: {severity: worst}, receivers: [c]}]
      console_url: x
      """
    let found = try problems(text, environment: ["ALERT_SLACK_ENABLED": "true"])
    #expect(
      found.map { String($0.prefix { $0 != ":" }) } == [
        "colour", "receivers[0].slack.url", "receivers[1].email.sender", "ALERT_SLACK_WEBHOOK_URL",
        "routes[0].match.severity", "routes[0].receivers[0]", "console_url",
      ])
    let error = ConfigurationError(source: "f.yaml", problems: found)
    #expect(error.description.hasPrefix("f.yaml: 7 things have to be changed:\n  colour: "))
  }

  @Test func aReceiverWithoutAUsableNameDoesNotMakeOthersWrong() throws {
    let text = """
      receivers: [{name: "on call", discord: {url: https://hooks.example.org}}]
      routes: [{receivers: ["on call"]}]
      """
    #expect(try problems(text).count == 1)
  }
}
