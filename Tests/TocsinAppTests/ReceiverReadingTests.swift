import Testing
import TocsinCore
import TocsinNotifiers

@testable import TocsinApp

@Suite struct ReceiverReadingTests {
  @Test func nothingTellsNobody() throws {
    #expect(try ReceiverConfiguration(file: nil, environment: [:]) == ReceiverConfiguration())
    #expect(try read("") == ReceiverConfiguration())
    #expect(try read("port: 1\nreceivers:\nroutes:\n") == ReceiverConfiguration())
  }

  @Test func mail() throws {
    let configuration = try read(
      """
      receivers:
        - name: mail
          email:
            host: mail.example.org
            sender: Tocsin <alerts@example.org>
            recipients: [ops@example.org, Growth <growth@example.org>]
            password: hunter2
            helo: tocsin.example.org
            send_resolved: yes
            timeout: 1m
      """)
    let expected = EmailSettings(
      host: "mail.example.org", user: "alerts@example.org", password: "hunter2",
      sender: try #require(MailAddress("Tocsin <alerts@example.org>")),
      recipients: ["ops@example.org", "Growth <growth@example.org>"].compactMap { MailAddress($0) },
      greetingName: "tocsin.example.org", options: TargetOptions(sendResolved: true, timeout: .seconds(60)))
    #expect(configuration.channels("mail") == [.email(expected)])
  }

  @Test(arguments: [
    ("", 587, EmailSettings.Security.starttls), ("port: 465", 465, .tls), ("security: tls", 465, .tls),
    ("port: 25", 25, .starttls), ("port: 25, security: none", 25, .none),
    ("security: opportunistic", 587, .opportunistic), ("port: 465, security: starttls", 465, .starttls),
  ])
  func portAndSecurityOfMailFollowEachOther(text: String, port: Int, security: EmailSettings.Security) throws {
    let mail = "{host: h, sender: a@example.org, recipients: b@example.org, \(text)}"
    let configuration = try read("receivers: [{name: a, email: \(mail)}]")
    guard case .email(let mail) = configuration.channels("a").first else {
      Issue.record("no mail")
      return
    }
    #expect(mail.port == port)
    #expect(mail.security == security)
    #expect(mail.user == nil)
    #expect(mail.options.timeout == .seconds(60))
  }

  @Test func webhooks() throws {
    let configuration = try read(
      """
      receivers:
        - name: hooks
          webhook:
            urls: [https://hooks.example.com/a, http://127.0.0.1:9/b]
            url_file: url
            urls_file: urls
            headers: {X-Team: growth, X-Number: 5}
            headers_file: {Authorization: token}
            secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]
            secret_file: secret
            format: envelope
            deny_private_addresses: true
            timeout: 10s
            send_acknowledged: true
      """,
      files: [
        "url": "https://hooks.example.com/c\n",
        "urls": "https://hooks.example.com/d\n\n https://hooks.example.com/e \r\n",
        "token": "Bearer t0ken\n", "secret": "whsec_AAAA\r\n",
      ])
    let urls = [
      "https://hooks.example.com/a", "http://127.0.0.1:9/b", "https://hooks.example.com/d",
      "https://hooks.example.com/e", "https://hooks.example.com/c",
    ]
    let expected = WebhookSettings(
      urls: urls.map { Secret($0) },
      headers: [
        .init("X-Team", "growth"), .init("X-Number", "5"), .init("Authorization", "Bearer t0ken"),
      ],
      signingSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA"].compactMap { SigningSecret($0) },
      format: .envelope,
      options: TargetOptions(sendAcknowledged: true, deniesPrivateAddresses: true, timeout: .seconds(10)))
    #expect(configuration.channels("hooks") == [.webhook(expected)])
    #expect(configuration.routing.receivers["hooks"]?.targets.count == 5)
  }

  @Test func theOtherChannels() throws {
    let configuration = try read(
      """
      receivers:
        - name: all
          slack: [{url: https://hooks.example.org/s, channel: "#alerts"}, {url: "${SLACK}/x"}]
          teams: {url_file: teams}
          discord: {url: https://discord.example.org/h}
          telegram: {token: "1:a", chat_id: -1001234567, thread_id: 7, api_url: "https://tg.example.org/"}
          pagerduty: {routing_key: "0123456", events_url: https://events.example.org/v2, send_acknowledged: false}
          opsgenie: {api_key_file: key}
      """, environment: ["SLACK": "https://hooks.example.com"],
      files: ["teams": "https://teams.example.org/w", "key": "k3y\n"])
    let expected: [ChannelSettings] = [
      .slack(SlackSettings(url: "https://hooks.example.org/s", channel: "#alerts")),
      .slack(SlackSettings(url: "https://hooks.example.com/x")),
      .teams(TeamsSettings(url: "https://teams.example.org/w")),
      .discord(DiscordSettings(url: "https://discord.example.org/h")),
      .telegram(TelegramSettings(token: "1:a", chatID: "-1001234567", threadID: 7, baseURL: "https://tg.example.org")),
      .pagerduty(
        PagerDutySettings(
          routingKey: "0123456", eventsURL: "https://events.example.org/v2",
          options: TargetOptions(sendAcknowledged: false, sendResolved: true))),
      .opsgenie(OpsgenieSettings(apiKey: "k3y")),
    ]
    #expect(configuration.channels("all") == expected)
    #expect(configuration.receivers.map(\.problems) == [[]])
  }

  @Test func fallbacksAndConcurrency() throws {
    let configuration = try read(
      """
      receivers:
        - name: a
          fallback: [b, c]
          fallback_after: 5m
          concurrency: 8
          slack: {url: https://hooks.example.org/a}
        - {name: b, fallback: a, slack: {url: https://hooks.example.org/b}}
        - {name: c, slack: {url: https://hooks.example.org/c}}
      routes: [{receivers: a}]
      """)
    let receivers = configuration.routing.receivers
    #expect(receivers["a"]?.fallbacks == ["b", "c"])
    #expect(receivers["a"]?.fallbackAfter == .seconds(300))
    #expect(receivers["a"]?.concurrency == 8)
    #expect(receivers["b"]?.fallbacks == ["a"], "two may be each other's")
    #expect(receivers["b"]?.fallbackAfter == nil)
    #expect(receivers["c"]?.concurrency == 32)
    #expect(receivers["a"]?.targets == configuration.receivers[0].targets)
  }

  @Test func consoleTemplatesAndDeliveries() throws {
    let folder = try Folder([
      "tocsin.yaml": """
      console_url: https://tocsin.example.org/console//
      templates: {folder: templates, email.subject: subject.mustache}
      deliveries: {retry_base_seconds: 0.5, retry_cap_seconds: 60, give_up_after_hours: 1}
      receivers:
        - name: a
          slack: {url: https://hooks.example.org/a, templates: {message: short.mustache}}
          discord: {url: https://hooks.example.org/a, templates: templates}
      """, "templates/email.html.mustache": "", "subject.mustache": "", "short.mustache": "",
    ])
    let configuration = try ReceiverConfiguration(file: folder["tocsin.yaml"], environment: [:])
    #expect(configuration.consoleURL == "https://tocsin.example.org/console")
    #expect(
      configuration.templates
        == TemplateSources(folder: folder["templates"], files: [.emailSubject: folder["subject.mustache"]]))
    #expect(configuration.channels("a")[0].options.templates.files == [.slackMessage: folder["short.mustache"]])
    #expect(configuration.channels("a")[1].options.templates.folder == folder["templates"])
    #expect(
      configuration.retry
        == RetryPolicy(base: .milliseconds(500), cap: .seconds(60), patience: .seconds(3600)))
  }

  @Test func variablesGoBeforeTheFile() throws {
    let folder = try Folder()
    let configuration = try read(
      "console_url: https://a.example.org",
      environment: ["TOCSIN_CONSOLE_URL": "https://b.example.org/", "TOCSIN_TEMPLATES": folder.path])
    #expect(configuration.consoleURL == "https://b.example.org")
    #expect(configuration.templates.folder == folder.path)
  }

  @Test func jsonSaysTheSameAsYAML() throws {
    let yaml = try read(
      "receivers: [{name: a, telegram: {token: t, chat_id: -5}}]\nroutes: [{match: {metadata: {n: 5}}, receivers: a}]")
    let json = try read(
      """
      {"receivers": [{"name": "a", "telegram": {"token": "t", "chat_id": -5}}],
       "routes": [{"match": {"metadata": {"n": 5}}, "receivers": ["a"]}]}
      """, name: "tocsin.json")
    #expect(yaml == json)
  }
}
