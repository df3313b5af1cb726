import CurlClient
import Synchronization
import TestLog
import Testing
import TocsinCore

@testable import TocsinNotifiers

/// Relays that take a mail for some recipients only.
@Suite struct PartialMailTests {
  private let notifier: ChannelNotifier
  private let log = LogLines()

  init() throws {
    notifier = ChannelNotifier(client: try CurlClient(), logger: log.logger)
  }

  /// Makes attempts as the engine does, with what was there before, until it is final or there were so many.
  private func attempts(
    _ count: Int, to recipients: [String], _ post: MailPost, progress: DeliveryProgress = DeliveryProgress()
  ) async -> [DeliveryOutcome] {
    var settings = Samples.email(host: "127.0.0.1", port: post.port, recipients: recipients)
    settings.greetingName = "tests.example.org"
    let receiver = ReceiverSettings(name: "ops", channels: [.email(settings)])
    notifier.replace([receiver])
    var progress = progress
    var outcomes: [DeliveryOutcome] = []
    for _ in 0..<count {
      var notification = Samples.notification(target: receiver.targets[0].name, channel: .email)
      notification.progress = progress
      let outcome = await notifier.send(notification, timeout: .seconds(30))
      outcomes.append(outcome)
      progress = progress.adding(outcome.failure?.progress ?? DeliveryProgress())
      if outcome.name != "retryable" { break }
    }
    return outcomes
  }

  /// The recipients of each message that was taken.
  private func envelopes(_ post: MailPost) -> [[String]] { post.envelopes.withLock { $0 } }

  @Test func whatIsTooManyForOneTransactionGoesInFurtherOnes() async throws {
    let recipients = (1...120).map { "r\($0)@example.org" }
    try await MailPost.with(["LIMIT": "100"]) { post in
      let outcomes = await attempts(5, to: recipients, post)
      #expect(outcomes.map(\.name) == ["retryable", "delivered"])
      #expect(
        outcomes.first?.failure?.reason
          == "the mail server refused 20 of 120 recipients for now (SMTP 452 4.5.3); the others have the mail")
      #expect(outcomes.first?.failure?.mayHaveArrived == true)
      #expect(envelopes(post) == [Array(recipients[..<100]), Array(recipients[100...])])
      let mails = try post.messages.withLock { $0 }.map { try ParsedMail(Array($0.utf8)) }
      #expect(mails.count == 2 && mails[0]["Message-ID"] == mails[1]["Message-ID"] && mails[0]["To"] == mails[1]["To"])
    }
  }

  @Test func oneOfTwoIsGreylisted() async throws {
    try await MailPost.with(["RCPT b@example.org": "450 4.7.1 greylisted"]) { post in
      let outcomes = await attempts(3, to: ["a@example.org", "b@example.org"], post)
      #expect(outcomes.map(\.name) == ["retryable", "retryable", "retryable"])
      #expect(envelopes(post) == [["a@example.org"]])
      #expect(log.lines.isEmpty)
      let progress = try #require(outcomes.first?.failure?.progress)
      #expect(progress == DeliveryProgress(reached: [DeliveryProgress.mark("a@example.org")]))
      post.forgive()
      let last = await attempts(1, to: ["a@example.org", "b@example.org"], post, progress: progress)
      #expect(last == [.delivered(status: 250)])
      #expect(envelopes(post) == [["a@example.org"], ["b@example.org"]])
    }
  }

  @Test func whoCanNeverGetItIsReportedOnceAndNotAskedForAgain() async throws {
    let script = ["RCPT b@example.org": "450 4.7.1 later", "RCPT c@example.org": "550 5.1.1 who?"]
    try await MailPost.with(script) { post in
      let recipients = ["a@example.org", "b@example.org", "c@example.org"]
      let outcomes = await attempts(2, to: recipients, post)
      #expect(outcomes.map(\.name) == ["retryable", "retryable"])
      #expect(post.commands.withLock { $0.count { $0.hasPrefix("RCPT TO:<c@") } } == 1)
      #expect(log.lines.count == 1)
      // In the end the rest can never get it either: it is delivered to those who could.
      let progress = DeliveryProgress(reached: [DeliveryProgress.mark("a@example.org")])
      let last = await attempts(1, to: ["a@example.org", "c@example.org"], post, progress: progress)
      #expect(last.map(\.name) == ["delivered"])
    }
  }

  @Test func nobodyIsLeftAfterACorrectedConfiguration() async throws {
    try await MailPost.with { post in
      let progress = DeliveryProgress(reached: [DeliveryProgress.mark("a@example.org")])
      #expect(await attempts(1, to: ["a@example.org"], post, progress: progress) == [.delivered(status: nil)])
      #expect(post.commands.withLock { $0.isEmpty })
    }
  }

  @Test func oneAddressThatIsNotASCIISpoilsNothingForTheOthers() async throws {
    try await MailPost.with(["NO-SMTPUTF8": ""]) { post in
      let recipients = ["a@example.org", "größe@example.org", "b@exämple.org"]
      #expect(await attempts(2, to: recipients, post).map(\.name) == ["delivered"])
      #expect(envelopes(post) == [["a@example.org", "b@xn--exmple-cua.org"]])
      #expect(post.commands.withLock { $0 }.contains { $0.hasPrefix("MAIL") && !$0.contains("SMTPUTF8") })
      let mail = try ParsedMail(Array((post.messages.withLock { $0.first } ?? "").utf8))
      #expect(mail["To"] == "a@example.org, b@xn--exmple-cua.org")
    }
  }

  @Test func aServerThatKnowsSMTPUTF8GetsTheOthersInAMailOfTheirOwn() async throws {
    try await MailPost.with(["EHLO": "250-mail.example.org\r\n250-SMTPUTF8\r\n250 8BITMIME"]) { post in
      #expect(await attempts(2, to: ["a@example.org", "größe@example.org"], post) == [.delivered(status: 250)])
      #expect(envelopes(post) == [["a@example.org"], ["größe@example.org"]])
      let commands = post.commands.withLock { $0.filter { $0.hasPrefix("MAIL") } }
      #expect(commands.map { $0.contains("SMTPUTF8") } == [false, true])
    }
  }

  @Test func aRefusedNameIsTriedAgainAndSaysWhatToSet() async throws {
    let no = "504 5.5.2 need fully-qualified hostname"
    try await MailPost.with(["EHLO": no, "HELO": no]) { post in
      let outcome = await attempts(1, to: ["a@example.org"], post)[0]
      #expect(outcome.name == "retryable" && outcome.status == 504)
      #expect(outcome.failure?.reason.contains("helo") == true)
    }
  }
}
