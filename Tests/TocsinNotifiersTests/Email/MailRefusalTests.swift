import CurlClient
import Testing

@testable import TocsinNotifiers

@Suite struct MailRefusalTests {
  @Test(arguments: [
    // Quotas, greylisting by policy, full mailboxes, servers in trouble.
    "550 5.4.5 Daily sending quota exceeded", "552 5.2.2 mailbox full", "550 5.3.0 down", "550 5.3.2 not accepting",
    "550 5.7.1 greylisted", "554 5.7.1 rate", "550 5.7.0 policy", "550 5.4.1 no answer", "452 4.5.3 too many",
    "550 5.5.3 too many recipients", "530 5.5.1 Authentication Required", "530 log in first",
    "553 5.1.8 sender's domain",
    "550 5.1.7 sender", "450 4.2.0 greylisted", "421 busy", "552 full",
  ])
  func forNow(_ text: String) {
    #expect(!MailRefusal.isForGood(reply(text), ofRecipient: true))
  }

  @Test(arguments: [
    "550 5.1.1 unknown", "550 5.1.2 no domain", "501 5.1.3 syntax", "550 5.1.6 moved", "556 5.1.10 null MX",
    "550 5.2.1 disabled", "552 5.3.4 too big", "552 5.2.3 too long", "550 5.6.7 not ASCII", "554 5.6.0 content",
    "501 5.5.4 parameter", "550 unknown", "553 no", "554 no",
  ])
  func forGood(_ text: String) {
    #expect(MailRefusal.isForGood(reply(text), ofRecipient: true))
    #expect(MailRefusal.isForGood(reply("552 too large"), ofRecipient: false))
  }

  private func reply(_ text: String) -> MailReply {
    MailReply(code: Int(text.prefix(3)) ?? 0, text: String(text.dropFirst(4)))
  }
}
