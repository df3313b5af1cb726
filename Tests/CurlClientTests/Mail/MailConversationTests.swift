import Testing

@testable import CurlClient

/// Transcripts: the server's lines, and where the conversation stands.
@Suite struct MailConversationTests {
  private func conversation(_ recipients: Int = 2, allowsRefused: Bool = true, _ lines: String...) -> MailConversation {
    var conversation = MailConversation(recipientCount: recipients, allowsRefused: allowsRefused)
    for line in lines {
      // The log-in is through when libcurl announces the request.
      if line == "*" { conversation.startMail() } else { take(&conversation, line) }
    }
    return conversation
  }

  private func take(_ conversation: inout MailConversation, _ line: String) {
    Array((line + "\r\n").utf8).withUnsafeBytes { conversation.receive(line: $0) }
  }

  @Test func aMailIsTaken() {
    var mail = conversation(2, "220 hi", "250-a", "250 b", "235 welcome", "*")
    #expect(mail.stage == .sender)
    take(&mail, "250 ok")
    #expect(mail.stage == .recipient(0))
    take(&mail, "250 ok")
    #expect(mail.stage == .recipient(1))
    take(&mail, "251 elsewhere")
    #expect(mail.stage == .data)
    take(&mail, "354 go")
    #expect(mail.stage == .message && mail.acceptance == nil)
    take(&mail, "250-queued")
    take(&mail, "250 as 1")
    #expect(mail.acceptance == MailReply(code: 250, text: "queued\nas 1"))
    take(&mail, "221 bye")
    #expect(mail.acceptance?.code == 250 && mail.refusal == nil)
  }

  @Test func theLogInCountsNothing() {
    let mail = conversation(1, "554 no", "535 no")
    #expect(mail.stage == .login && mail.refusal == nil && mail.last?.code == 535)
  }

  @Test func aKeptConnectionBeginsWithMail() {
    #expect(conversation(1, "*", "250 ok").stage == .recipient(0))
  }

  @Test func theSenderIsRefused() {
    #expect(conversation(1, "*", "451 later").refusal == MailReply(code: 451, text: "later"))
  }

  @Test func someRecipientsAreRefused() {
    let mail = conversation(3, "*", "250 ok", "550 who?", "250 ok", "450 full", "354 go", "250 ok")
    #expect(mail.refused.map(\.index) == [0, 2] && mail.refused.map(\.reply.code) == [550, 450])
    #expect(mail.acceptance != nil)
  }

  @Test func oneRefusedRecipientIsEnough() {
    let mail = conversation(3, allowsRefused: false, "*", "250 ok", "250 ok", "550 who?")
    #expect(mail.refusal?.code == 550 && mail.refused.map(\.index) == [1])
  }

  @Test func allRecipientsAreRefused() {
    let mail = conversation(2, "*", "250 ok", "550 who?", "450 full")
    #expect(mail.refusal?.code == 450 && mail.refused.count == 2)
  }

  @Test(arguments: ["554 no", "250 unexpected"])
  func dataIsRefused(line: String) {
    #expect(conversation(1, "*", "250 ok", "250 ok", line).refusal != nil)
  }

  @Test func theMessageIsRefused() {
    let mail = conversation(1, "*", "250 ok", "250 ok", "354 go", "552 too large")
    #expect(mail.refusal?.code == 552 && mail.acceptance == nil)
  }

  @Test(arguments: ["", "25", "abc", "250x", "+12 a", "099 a"])
  func whatIsNoReply(line: String) {
    #expect(conversation(1, "*", line).stage == .sender)
  }

  @Test func aReplyWithoutText() {
    #expect(conversation(1, "*", "250").last == MailReply(code: 250, text: ""))
  }

  @Test func endlessTextIsCut() {
    var mail = conversation(1, "*")
    for _ in 0..<1000 { take(&mail, "250-" + String(repeating: "x", count: 500)) }
    take(&mail, "250 end")
    #expect((900...MailConversation.textLimit).contains(mail.last?.text.utf8.count ?? 0))
  }
}
