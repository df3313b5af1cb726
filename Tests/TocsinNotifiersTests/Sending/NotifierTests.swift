import CurlClient
import FakeServer
import Synchronization
import TestLog
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct NotifierTests {
  @Test func anUnknownTargetIsForAnotherNode() async throws {
    let notifier = ChannelNotifier(client: try CurlClient(), logger: LogLines().logger)
    #expect(await notifier.send(Samples.notification(), timeout: .seconds(1)).name == "retryable")
    #expect(await notifier.test("slack", timeout: .seconds(1)) == nil)
    #expect(notifier.testable.isEmpty)
  }

  @Test func anotherConfigurationTakesOver() async throws {
    try await FakeServer.with(FakeServer.Script { _ in .answer(200, "ok") }) { server in
      func receiver(_ name: String) -> ReceiverSettings {
        ReceiverSettings(name: name, channels: [.slack(SlackSettings(url: Secret("\(server.url)/\(name)")))])
      }
      let (old, new) = (receiver("old"), receiver("new"))
      let notifier = ChannelNotifier(client: try CurlClient(), receivers: [old], logger: LogLines().logger)
      #expect(notifier.testable == ["old", "slack"])
      notifier.replace([new])
      #expect(notifier.testable == ["new", "slack"])
      let gone = Samples.notification(target: old.targets[0].name, channel: .slack)
      let known = Samples.notification(target: new.targets[0].name, channel: .slack)
      #expect(await notifier.send(gone, timeout: .seconds(30)).name == "retryable")
      #expect(await notifier.send(known, timeout: .seconds(30)) == .delivered(status: 200))
      #expect(server.requests.map(\.target) == ["/new"])
    }
  }

  @Test func aTargetsHostIsAllThatIsShownOfIt() throws {
    let receiver = ReceiverSettings(
      name: "ops", channels: Samples.everyChannel(secret: "hunter2", base: "https://user:hunter2@hooks.example.org:1"))
    let notifier = try ChannelNotifier(client: CurlClient(), receivers: [receiver], logger: LogLines().logger)
    for target in receiver.targets {
      let host = notifier.host(of: target.name)
      #expect(host?.isEmpty == false, "\(target.name)")
      #expect(host?.contains { ":/@".contains($0) } == false, "\(host ?? "")")
      #expect(host?.contains("hunter2") == false)
    }
    #expect(notifier.host(of: TargetName(receiver: "ops", target: "slack-0")) == nil)
  }

  @Test func aTestTellsOfEachTarget() async throws {
    let script = FakeServer.Script { .answer($0.target == "/bad" ? 404 : 200, "") }
    try await FakeServer.with(script) { server in
      let urls = ["/good", "/bad"].map { Secret(server.url + $0) }
      let secret = SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!
      let webhook = ChannelSettings.webhook(WebhookSettings(urls: urls, signingSecrets: [secret]))
      let slack = ChannelSettings.slack(SlackSettings(url: Secret("\(server.url)/slack")))
      let notifier = ChannelNotifier(
        client: try CurlClient(),
        receivers: [
          ReceiverSettings(name: "ops", channels: [webhook, slack]), ReceiverSettings(name: "night", channels: [slack]),
        ], logger: LogLines().logger)
      let tests = try #require(await notifier.test("ops", timeout: .seconds(30)))
      #expect(tests.map(\.channel) == [.webhook, .webhook, .slack])
      #expect(tests.map(\.outcome.name) == ["delivered", "permanent", "delivered"])
      #expect(tests.map(\.outcome.status) == [200, 404, 200])
      let request = try #require(server.requests.first { $0.target == "/good" })
      let id = request.headers["webhook-id"] ?? ""
      let time = Int64(request.headers["webhook-timestamp"] ?? "") ?? 0
      #expect(
        request.headers["webhook-signature"]
          == WebhookSignature.header(id: id, timestamp: time, body: Array(request.body.utf8), secrets: [secret]))
      #expect(try JSON(parsing: request.body)["severity"] == "info")
      #expect(await notifier.test("slack", timeout: .seconds(30))?.map(\.target.receiver) == ["night", "ops"])
      #expect(await notifier.test("nobody", timeout: .seconds(30)) == nil)
    }
  }

  @Test func aTestLeavesNoIncidentOpen() async throws {
    try await FakeServer.with(FakeServer.Script { _ in .answer(202, "{}") }) { server in
      let settings = PagerDutySettings(routingKey: "key", eventsURL: server.url)
      let receiver = ReceiverSettings(name: "ops", channels: [.pagerduty(settings)])
      let notifier = ChannelNotifier(client: try CurlClient(), receivers: [receiver], logger: LogLines().logger)
      #expect(await notifier.test("pagerduty", timeout: .seconds(30))?.map(\.outcome) == [.delivered(status: 202)])
      let events = try server.requests.map { try JSON(parsing: $0.body) }
      #expect(events.map { $0["event_action"] } == ["trigger", "resolve"])
      #expect(events[0]["dedup_key"] == events[1]["dedup_key"])
    }
  }

  @Test func brokenTemplatesAreKnownAndLoggedOnce() throws {
    let folder = try TemporaryFolder(["slack.title.mustache": "{{#x}}"])
    let log = LogLines()
    let receiver = ReceiverSettings(name: "ops", channels: [.slack(SlackSettings(url: "https://a.example"))])
    let options = NotifierOptions(templates: TemplateSources(folder: folder.path))
    let notifier = ChannelNotifier(
      client: try CurlClient(), receivers: [receiver], options: options, logger: log.logger)
    notifier.replace([receiver])
    #expect(notifier.templateProblems.map(\.name) == [.slackTitle])
    #expect(log.lines.count == 1)
    try folder.write("{{title}}", to: "slack.title.mustache")
    notifier.replace([receiver], options: options)
    #expect(notifier.templateProblems.isEmpty)
  }
}
