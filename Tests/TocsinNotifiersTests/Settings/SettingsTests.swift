import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct SettingsTests {
  @Test func noWayOfShowingSettingsShowsASecret() {
    let receiver = ReceiverSettings(name: "ops", channels: Samples.everyChannel(secret: "hunter2-deep"))
    var dumped = ""
    dump(receiver, to: &dumped)
    for text in ["\(receiver)", String(reflecting: receiver), dumped, "\(receiver.targets)"] {
      #expect(!text.contains("hunter2-deep"))
      #expect(!text.contains("hooks.example.org/"))
      #expect(!text.contains("c2VjcmV0"))
      #expect(!text.contains("115, 101, 99"), "a signing key's bytes")
    }
    #expect("\(receiver)".contains("***"))
  }

  @Test func targetsHaveStableNamesWithoutSecrets() {
    let receiver = ReceiverSettings(name: "ops", channels: Samples.everyChannel(secret: "hunter2-deep"))
    let targets = receiver.targets
    #expect(targets.map(\.channel) == [.email, .slack, .webhook, .teams, .discord, .telegram, .pagerduty, .opsgenie])
    #expect(Set(targets.map(\.name)).count == 8)
    #expect(targets == receiver.targets)
    for target in targets { #expect(target.name.target.hasPrefix("\(target.channel)-")) }
    #expect(
      ReceiverSettings(name: "ops", channels: Samples.everyChannel(secret: "another")).targets.map(\.name)
        .filter(targets.map(\.name).contains) == targets.filter { $0.channel == .email }.map(\.name))
  }

  @Test func eachURLIsATargetAndTheSameOneIsOneOnlyOnce() {
    let urls: [Secret] = ["https://a.example/1", "https://a.example/2", "https://a.example/1"]
    let receiver = ReceiverSettings(name: "ops", channels: [.webhook(WebhookSettings(urls: urls))])
    #expect(receiver.targets.count == 2)
  }

  @Test func theOrderOfRecipientsMakesNoOtherTarget() {
    func name(_ recipients: [String]) -> [TargetName] {
      ReceiverSettings(name: "ops", channels: [.email(Samples.email(recipients: recipients))]).targets.map(\.name)
    }
    #expect(name(["a@example.org", "b@example.org"]) == name(["b@example.org", "a@example.org"]))
    #expect(name(["a@example.org"]) != name(["b@example.org"]))
  }

  @Test func onlyIncidentsAreToldOfTheirEndUnlessAsked() {
    let targets = ReceiverSettings(name: "ops", channels: Samples.everyChannel(secret: "s")).targets
    for target in targets {
      let all: Set<DeliveryCause.Kind> = [.fired, .acknowledged, .resolved]
      #expect(target.causes == ([.pagerduty, .opsgenie].contains(target.channel) ? all : [.fired]))
    }
    let slack = SlackSettings(url: "https://a.example", options: TargetOptions(sendResolved: true))
    #expect(ReceiverSettings(name: "ops", channels: [.slack(slack)]).targets[0].causes == [.fired, .resolved])
  }

  @Test func goodSettingsHaveNoProblems() {
    let receiver = ReceiverSettings(name: "ops", channels: Samples.everyChannel(secret: "hunter2-deep"))
    #expect(receiver.problems == [])
  }

  @Test(arguments: [
    (ChannelSettings.slack(SlackSettings(url: "hooks.example.org/hunter2")), "http"),
    (.slack(SlackSettings(url: "https://")), "http"), (.slack(SlackSettings(url: "https://a..b/hunter2")), "http"),
    (.email(Samples.email(host: "\u{201C}mail\u{201D}")), "quotation mark"),
    (.teams(TeamsSettings(url: "ftp://a.example/hunter2")), "http"),
    (.webhook(WebhookSettings(urls: [])), "no URL"),
    (.webhook(WebhookSettings(urls: ["https://a.example"], headers: [.init("X Y", "1")])), "token"),
    (.webhook(WebhookSettings(urls: ["https://a.example"], headers: [.init("Webhook-Id", "1")])), "cannot be set"),
    (
      .webhook(WebhookSettings(urls: ["https://a.example"], headers: [.init("X-A", "hunter2\r\nX-B: 2")])), "line break"
    ),
    (.telegram(TelegramSettings(token: "1:a/b", chatID: "1")), "characters"),
    (.telegram(TelegramSettings(token: "1:ab", chatID: "")), "chat_id"),
    (.pagerduty(PagerDutySettings(routingKey: "")), "empty"),
    (.opsgenie(OpsgenieSettings(apiKey: "hunter2 x")), "characters"),
    (.email(Samples.email(host: "a/b")), "host"), (.email(Samples.email(port: 0)), "port"),
    (.email(Samples.email(recipients: [])), "no recipient"), (.email(Samples.email(user: "x")), "without TLS"),
    (.slack(SlackSettings(url: "https://a.example", options: TargetOptions(timeout: .zero))), "timeout"),
  ])
  func badSettingsSayWhatIsWrong(_ channel: ChannelSettings, _ word: String) {
    let problems = ReceiverSettings(name: "ops", channels: [channel]).problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains(word) == true)
    #expect(problems.first?.contains("hunter2") == false)
  }

  @Test(arguments: ["whsec_", "whsec_***", "", "not base64!"])
  func aSigningSecretIsBase64(_ text: String) {
    #expect(SigningSecret(text) == nil)
  }

  @Test func templateNamesAreReadAsTheyAreWritten() {
    for name in TemplateName.all { #expect(TemplateName(name.description) == name) }
    #expect(TemplateName("webhook.body") == nil)
    #expect(TemplateName("email.html")?.fileName == "email.html.mustache")
  }
}
