import CurlClient
import Synchronization
import TestLog
import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct MailSendTests {
  private func send(
    _ post: MailPost, recipients: [String] = ["ops@example.org"], user: String? = nil, log: LogLines = LogLines()
  ) async throws -> DeliveryOutcome {
    var settings = Samples.email(
      host: "127.0.0.1", port: post.port, user: user, password: "hunter2", recipients: recipients)
    settings.greetingName = "tests.example.org"
    let receiver = ReceiverSettings(name: "ops", channels: [.email(settings)])
    let notifier = ChannelNotifier(client: try CurlClient(), receivers: [receiver], logger: log.logger)
    let outcome = await notifier.send(
      Samples.notification(target: receiver.targets[0].name, channel: .email), timeout: .seconds(30))
    #expect(!"\(outcome) \(log.lines)".contains("hunter2"))
    #expect(!"\(outcome) \(log.lines)".contains("@example.org"))
    return outcome
  }

  @Test func aMailArrivesAsItWasMade() async throws {
    try await MailPost.with { post in
      #expect(
        try await send(post, recipients: ["a@example.org", "b@example.org"], user: "tocsin") == .delivered(status: 250))
      let commands = post.commands.withLock { $0 }
      #expect(commands.contains { $0.hasPrefix("MAIL FROM:<alerts@example.org>") })
      #expect(commands.filter { $0.hasPrefix("RCPT") } == ["RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"])
      let mail = try ParsedMail(Array((post.messages.withLock { $0.first } ?? "").utf8))
      #expect(mail["Subject"] == "[HIGH] Low ROAS: Spring sale")
      #expect(mail.parts.count == 2)
    }
  }

  @Test(arguments: [
    (["MESSAGE": "451 4.7.1 greylisted"], "retryable", 451), (["MESSAGE": "554 5.7.1 spam"], "retryable", 554),
    (["MESSAGE": "554 5.6.0 no"], "permanent", 554),
    (["RCPT ops@example.org": "550 5.1.1 no ops@example.org"], "permanent", 550),
    (["MAIL": "452 4.3.1 full"], "retryable", 452),
    (["RCPT ops@example.org": "450 4.2.1 later"], "retryable", 450),
  ])
  func aRefusalIsClassified(_ script: [String: String], _ name: String, _ status: Int) async throws {
    try await MailPost.with(script) { post in
      let outcome = try await send(post)
      #expect(outcome.name == name)
      #expect(outcome.status == status)
    }
  }

  @Test func aRefusedLogInIsTriedAgain() async throws {
    try await MailPost.with(["AUTH": "535 5.7.8 no"]) { post in
      let outcome = try await send(post, user: "tocsin")
      #expect(outcome.name == "retryable")
      #expect(outcome.failure?.reason.contains("log-in") == true)
    }
  }

  @Test func oneRefusedRecipientIsLoggedAndTheOthersGetIt() async throws {
    try await MailPost.with(["RCPT b@example.org": "550 5.1.1 no b@example.org"]) { post in
      let log = LogLines()
      let outcome = try await send(post, recipients: ["a@example.org", "b@example.org"], log: log)
      #expect(outcome == .delivered(status: 250))
      #expect(log.lines.count == 1)
      #expect(log.lines.first?.contains("550 5.1.1") == true)
    }
  }

  @Test func aConnectionLostAfterTheMessageMayHaveDoneIt() async throws {
    try await MailPost.with(["MESSAGE": ""]) { post in
      let outcome = try await send(post)
      #expect(outcome.name == "retryable")
      #expect(outcome.failure?.mayHaveArrived == true)
    }
  }
}
