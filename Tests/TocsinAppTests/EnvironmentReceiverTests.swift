import Testing
import TocsinCore
import TocsinNotifiers

@testable import TocsinApp

@Suite struct EnvironmentReceiverTests {
  private let email = [
    "ALERT_EMAIL_ENABLED": "true", "ALERT_EMAIL_RECIPIENTS": "a@example.org, b@example.org,",
    "ALERT_EMAIL_SMTP_HOST": "mail.example.org", "ALERT_EMAIL_SENDER": "alerts@example.org",
  ]
  private let slack = ["ALERT_SLACK_ENABLED": "yes", "ALERT_SLACK_WEBHOOK_URL": "https://hooks.example.org/s"]
  private let webhook = [
    "ALERT_WEBHOOK_ENABLED": "1", "ALERT_WEBHOOK_URLS": "https://hooks.example.com/a,https://hooks.example.com/b",
  ]

  private func mail(_ more: [String: String]) throws -> EmailSettings? {
    let environment = email.merging(more) { $1 }
    guard
      case .email(let mail)? = try ReceiverConfiguration(file: nil, environment: environment).channels("email").first
    else { return nil }
    return mail
  }

  @Test func variablesAloneMakeReceiversThatGetEverything() throws {
    let environment = email.merging(slack) { $1 }.merging(webhook) { $1 }
    let configuration = try ReceiverConfiguration(file: nil, environment: environment)
    #expect(configuration.receivers.map(\.name) == ["email", "slack", "webhook"])
    #expect(configuration.told(.info) == ["email", "slack", "webhook"])
    let chat = SlackSettings(url: "https://hooks.example.org/s", channel: "#alerts")
    #expect(configuration.channels("slack") == [.slack(chat)])
    #expect(
      configuration.channels("webhook") == [
        .webhook(WebhookSettings(urls: ["https://hooks.example.com/a", "https://hooks.example.com/b"]))
      ])
    #expect(configuration.routing.receivers["webhook"]?.targets.count == 2)
  }

  @Test func mailWithoutAndWithAPassword() throws {
    let sender = try #require(MailAddress("alerts@example.org"))
    let recipients = ["a@example.org", "b@example.org"].compactMap { MailAddress($0) }
    #expect(
      try mail([:])
        == EmailSettings(
          host: "mail.example.org", port: 587, security: .opportunistic, sender: sender, recipients: recipients))
    #expect(
      try mail(["ALERT_EMAIL_PASSWORD": "hunter2", "ALERT_EMAIL_SMTP_PORT": "2525"])
        == EmailSettings(
          host: "mail.example.org", port: 2525, security: .starttls, user: "alerts@example.org", password: "hunter2",
          sender: sender, recipients: recipients))
    #expect(try mail(["ALERT_EMAIL_SMTP_PORT": "465"])?.security == .tls)
    #expect(
      try mail(["ALERT_EMAIL_SENDER": "Alerts <alerts@example.org>", "ALERT_EMAIL_PASSWORD": "x"])?.user
        == "alerts@example.org")
  }

  @Test func mailAsTheRelayWantsIt() throws {
    #expect(try mail([:])?.verifiesCertificate == true)
    let mail = try mail([
      "ALERT_EMAIL_SECURITY": "opportunistic", "ALERT_EMAIL_VERIFY": "false", "TOCSIN_MAIL_HELO": "tocsin.example.org",
    ])
    #expect(mail?.security == .opportunistic && mail?.verifiesCertificate == false)
    #expect(mail?.greetingName == "tocsin.example.org")
    #expect(try self.mail(["ALERT_EMAIL_SECURITY": "none"])?.security == EmailSettings.Security.none)
    #expect(
      try problems(
        "{}", environment: email.merging(["ALERT_EMAIL_SECURITY": "ssl", "ALERT_EMAIL_VERIFY": "maybe"]) { $1 }) == [
          "ALERT_EMAIL_SECURITY: must be one of starttls, tls, opportunistic, none",
          "ALERT_EMAIL_VERIFY: must be true or false",
        ])
  }

  @Test func headersAndChannel() throws {
    let configuration = try ReceiverConfiguration(
      file: nil,
      environment: slack.merging(webhook) { $1 }.merging([
        "ALERT_SLACK_CHANNEL": "#growth",
        "ALERT_WEBHOOK_HEADERS": "{\"Authorization\": \"Bearer t\", \"X-Team\": \"g\"}",
      ]) { $1 })
    guard case .slack(let chat)? = configuration.channels("slack").first,
      case .webhook(let hook)? = configuration.channels("webhook").first
    else {
      Issue.record("no channels")
      return
    }
    #expect(chat.channel == "#growth")
    #expect(hook.headers == [.init("Authorization", "Bearer t"), .init("X-Team", "g")])
  }

  @Test(arguments: ["false", "0", "no", "off", "OFF", ""])
  func whatIsNotEnabledIsNotRead(text: String) throws {
    let environment = ["ALERT_EMAIL_ENABLED": text, "ALERT_EMAIL_SENDER": "nonsense"]
    #expect(try ReceiverConfiguration(file: nil, environment: environment) == ReceiverConfiguration())
  }

  @Test func theFilesRoutesComeAfterThem() throws {
    let text = """
      receivers: [{name: a, discord: {url: https://hooks.example.org/a}}]
      routes: [{match: {severity: critical}, receivers: [a]}]
      """
    let configuration = try read(text, environment: slack)
    #expect(configuration.told(.critical) == ["slack", "a"])
    #expect(configuration.told(.low) == ["slack"])
    #expect(configuration.receivers.map(\.name) == ["a", "slack"])
  }

  @Test func receiversOfAFileWithoutRoutesGetEverythingToo() throws {
    let text = "receivers: [{name: a, discord: {url: https://hooks.example.org/a}}]"
    #expect(try read(text, environment: slack).told() == ["slack", "a"])
  }

  @Test func aFileThatNamesThemSaysWhatTheyGet() throws {
    let route = "routes: [{match: {severity: critical}, receivers: [slack]}]"
    #expect(try read(route, environment: slack).told(.critical) == ["slack"])
    #expect(try read(route, environment: slack).told(.low) == [])
    let fallback = "receivers: [{name: a, fallback: slack, discord: {url: https://hooks.example.org/a}}]"
    #expect(try read(fallback, environment: slack).told() == ["a"])
    #expect(try read(fallback, environment: slack).routing.receivers["a"]?.fallbacks == ["slack"])
  }

  @Test func namesOfVariablesAreTaken() throws {
    let text = "receivers: [{name: slack, discord: {url: https://hooks.example.org/a}}]"
    #expect(
      try problems(text, environment: slack) == [
        "receivers[0].name: ALERT_SLACK_ENABLED makes a receiver of that name, too: unset it, or choose another name"
      ])
    #expect(try problems(text) == [])
  }

  @Test func everyProblemHasItsVariable() throws {
    let environment = [
      "ALERT_EMAIL_ENABLED": "on", "ALERT_EMAIL_SENDER": "hunter2", "ALERT_EMAIL_SMTP_PORT": "smtp",
      "ALERT_EMAIL_RECIPIENTS": " , ", "ALERT_SLACK_ENABLED": "maybe", "ALERT_WEBHOOK_ENABLED": "TRUE",
      "ALERT_WEBHOOK_URLS": "https://hooks.example.com/a, hunter2", "ALERT_WEBHOOK_HEADERS": "hunter2",
    ]
    let expected = [
      "ALERT_EMAIL_SMTP_HOST: is not set, but ALERT_EMAIL_ENABLED is true",
      "ALERT_EMAIL_SENDER: must be a mail address: ops@example.org, or On call <ops@example.org>",
      "ALERT_EMAIL_RECIPIENTS: has nothing between its commas",
      "ALERT_EMAIL_SMTP_PORT: must be a whole number from 1 to 65535",
      "ALERT_SLACK_ENABLED: must be true or false (or yes, no, on, off, 1, 0)",
      "ALERT_WEBHOOK_URLS: entry 2 must be a URL that begins with https:// or http://, without spaces",
      "ALERT_WEBHOOK_HEADERS: must be a JSON object: {\"X-Team\": \"growth\"}",
    ]
    #expect(try problems("", environment: environment) == expected)
    #expect(
      try problems("", environment: webhook.merging(["ALERT_WEBHOOK_HEADERS": "{\"A\": 5}"]) { $1 })
        == ["ALERT_WEBHOOK_HEADERS.A: the value of a header must be a JSON string"])
    #expect(
      try problems("", environment: webhook.merging(["ALERT_WEBHOOK_HEADERS": "{\"Host\": \"x\"}"]) { $1 })
        == ["ALERT_WEBHOOK_ENABLED: the header host cannot be set"])
    #expect(
      try problems("", environment: ["ALERT_SLACK_ENABLED": "true", "ALERT_SLACK_WEBHOOK_URL": "hunter2"])
        == ["ALERT_SLACK_WEBHOOK_URL: must be a URL that begins with https:// or http://, without spaces"])
  }

  @Test func entriesOfListsHaveNamesAndPlaces() throws {
    let mail = [
      "ALERT_EMAIL_ENABLED": "true", "ALERT_EMAIL_SENDER": "a@example.org", "ALERT_EMAIL_SMTP_HOST": "mail.example.org",
      "ALERT_EMAIL_RECIPIENTS": "ok@example.org, ops@, ,\"Doe, Jo\" jo@example.org",
    ]
    let form = "must be a mail address: ops@example.org, or On call <ops@example.org>"
    #expect(
      try problems("", environment: mail) == [
        "ALERT_EMAIL_RECIPIENTS: entry 2, \"ops@\", \(form)",
        "ALERT_EMAIL_RECIPIENTS: entry 3, \"\"Doe, Jo\" jo@example.org\", \(form)",
      ])
    let urls = [
      "https://hooks.example.org/a", "htps://u:hunter2@hooks.example.org/hunter2?k=hunter2", "hunter2",
      "https://\u{201C}hunter2\u{201D}/x", "https://hooks.example.org:0/hunter2",
    ]
    let shape = "must be a URL that begins with https:// or http://, without spaces"
    #expect(
      try problems("", environment: webhook.merging(["ALERT_WEBHOOK_URLS": urls.joined(separator: " , ")]) { $1 }) == [
        "ALERT_WEBHOOK_URLS: entry 2, \"htps://hooks.example.org\", \(shape)",
        "ALERT_WEBHOOK_URLS: entry 3 \(shape)",
        "ALERT_WEBHOOK_URLS: entry 4 must be a URL of a host: its name has a quotation mark in it",
        "ALERT_WEBHOOK_URLS: entry 5, \"https://hooks.example.org\", must be a URL with a port from 1 to 65535",
      ])
    #expect(
      try problems("", environment: webhook.merging(["ALERT_WEBHOOK_URLS": "https://h/a,htps://h/b"]) { $1 })
        == ["ALERT_WEBHOOK_URLS: entry 2, \"htps://h\", \(shape)"])
  }

  @Test func linesOfAFileHaveNumbers() throws {
    let text = "receivers: [{name: a, webhook: {urls_file: urls}}]"
    #expect(
      try problems(text, files: ["urls": "https://h.example.org/a\n\nhunter2\n"]) == [
        "receivers[0].webhook.urls_file (line 3 of the file): must be a URL that begins with https:// or http://, "
          + "without spaces"
      ])
  }

  @Test(arguments: [
    ("https://h.example.org/a?tags=x,y", ["https://h.example.org/a?tags=x,y"]),
    ("http://h/a,http://h/b,HTTPS://h/c", ["http://h/a", "http://h/b", "HTTPS://h/c"]),
    (" http://h/a?x=1,2 , http://h/b,\n http://h/c,", ["http://h/a?x=1,2", "http://h/b", "http://h/c"]),
    ("http://h/a http://h/b\n", ["http://h/a", "http://h/b"]),
    (",,http://h/a,,http://h/b", ["http://h/a", "http://h/b"]),
  ])
  func aCommaInAURLIsPartOfIt(text: String, urls: [String]) throws {
    let configuration = try ReceiverConfiguration(
      file: nil, environment: ["ALERT_WEBHOOK_ENABLED": "true", "ALERT_WEBHOOK_URLS": text])
    #expect(configuration.channels("webhook") == [.webhook(WebhookSettings(urls: urls.map { Secret($0) }))])
  }

  @Test(arguments: [
    ("\"Doe, Jo\" <jo@example.org>", ["jo@example.org"]),
    (
      "\"Doe, Jo\" <jo@example.org>, a@example.org,\n b@example.org",
      ["jo@example.org", "a@example.org", "b@example.org"]
    ),
    ("\"a \\\" , b\" <jo@example.org>,a@example.org", ["jo@example.org", "a@example.org"]),
  ])
  func aCommaInAQuotedNameIsPartOfIt(text: String, addresses: [String]) throws {
    #expect(try mail(["ALERT_EMAIL_RECIPIENTS": text])?.recipients.map(\.address) == addresses)
  }

  @Test func anEmptyChannelIsTheWebhooksOwn() throws {
    let own = try ReceiverConfiguration(file: nil, environment: slack.merging(["ALERT_SLACK_CHANNEL": ""]) { $1 })
    #expect(own.channels("slack") == [.slack(SlackSettings(url: "https://hooks.example.org/s", channel: nil))])
  }

  @Test(arguments: ["hunter2\n", "hunter2\r\n", "\u{FEFF}hunter2", "hunter2\n\n"])
  func whatIsAroundASecretIsNotPartOfIt(text: String) throws {
    #expect(try mail(["ALERT_EMAIL_PASSWORD": text])?.password == "hunter2")
    let chat = ["ALERT_SLACK_WEBHOOK_URL": " https://hooks.example.org/s\u{FEFF}\n", "ALERT_SLACK_CHANNEL": "#a\n"]
    let configuration = try ReceiverConfiguration(file: nil, environment: slack.merging(chat) { $1 })
    #expect(
      configuration.channels("slack") == [.slack(SlackSettings(url: "https://hooks.example.org/s", channel: "#a"))])
  }

  @Test func aPasswordMayHaveBlanks() throws {
    #expect(try mail(["ALERT_EMAIL_PASSWORD": " hunter 2 "])?.password == " hunter 2 ")
  }

  @Test(arguments: [
    ("ALERT_EMAIL_PASSWORD", "\"hunter2\""), ("ALERT_EMAIL_PASSWORD", "'hunter2'\n"),
    ("ALERT_EMAIL_SMTP_HOST", "\"mail.example.org\""), ("ALERT_EMAIL_SMTP_PORT", "'587'"),
    ("ALERT_EMAIL_ENABLED", "\"true\""), ("ALERT_EMAIL_RECIPIENTS", "\"a@example.org, b@example.org\""),
    ("ALERT_EMAIL_SENDER", "'a@example.org'"),
  ])
  func quotesAreNamed(name: String, value: String) throws {
    let found = try problems("", environment: email.merging([name: value]) { $1 })
    #expect(found == ["\(name): has quotes around it, which are part of the value: leave them out"])
  }

  @Test(arguments: ["hunter\n2", "hunter\t2", "hunter\0", "hunter\u{2028}2"])
  func controlCharactersAreNamed(value: String) throws {
    let found = try problems("", environment: email.merging(["ALERT_EMAIL_PASSWORD": value]) { $1 })
    #expect(found == ["ALERT_EMAIL_PASSWORD: has a control character (a line break, a tab, …) inside"])
  }

  @Test(arguments: [
    ("8.0e+02", 800), ("1_025", 1025), ("tcp://10.0.0.1:25", 587), (" 25\n", 25), ("99999999999999999999", nil),
    ("-1", nil), ("1e999999999", nil), ("65536", nil),
  ])
  func portsOfMail(text: String, port: Int?) throws {
    let environment = email.merging(["ALERT_EMAIL_SMTP_PORT": text]) { $1 }
    guard let port else {
      let expected = ["ALERT_EMAIL_SMTP_PORT: must be a whole number from 1 to 65535"]
      return #expect(try problems("", environment: environment) == expected)
    }
    #expect(try mail(["ALERT_EMAIL_SMTP_PORT": text])?.port == port)
  }
}
