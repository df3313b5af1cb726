import CurlClient
import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct MailVerdictTests {
  private func failed(
    _ code: CurlError.Code, _ reply: Int? = nil, _ text: String = "", refused: [Int] = [], sent: Bool = false
  ) -> DeliveryOutcome {
    MailVerdict.outcome(
      of: .failed(
        CurlError(
          code, "cause", mayHaveBeenSent: sent, reply: reply.map { MailReply(code: $0, text: text) },
          refusedRecipients: refused.map {
            RefusedRecipient(recipient: "secret@example.org", reply: MailReply(code: $0, text: "secret@example.org"))
          })))
  }

  @Test func aMailThatWasTakenIsDelivered() {
    let reply = MailReply(code: 250, text: "2.0.0 queued")
    let refused = [RefusedRecipient(recipient: "a@b", reply: MailReply(code: 550, text: ""))]
    #expect(MailVerdict.outcome(of: .mail(MailResponse(reply: reply))) == .delivered(status: 250))
    #expect(
      MailVerdict.outcome(of: .mail(MailResponse(reply: reply, refusedRecipients: refused))) == .delivered(status: 250))
  }

  @Test(arguments: [
    (CurlError.Code.mailRefused, 421, "retryable"), (.mailRefused, 450, "retryable"), (.mailRefused, 451, "retryable"),
    (.mailRefused, 452, "retryable"), (.mailRefused, 550, "permanent"), (.mailRefused, 552, "permanent"),
    (.mailRefused, 554, "permanent"), (.authentication, 535, "retryable"), (.authentication, 454, "retryable"),
    (.authentication, 534, "retryable"), (.tls, 454, "retryable"), (.tls, 502, "retryable"),
  ])
  func aReplyMeans(_ code: CurlError.Code, _ reply: Int, _ name: String) {
    let outcome = failed(code, reply)
    #expect(outcome.name == name)
    #expect(outcome.status == reply)
  }

  @Test(arguments: [
    (CurlError.Code.couldNotResolve, "retryable"), (.couldNotConnect, "retryable"), (.connectTimedOut, "retryable"),
    (.timedOut, "retryable"), (.tls, "retryable"), (.receiveFailed, "retryable"), (.authentication, "retryable"),
    (.refusedAddress, "permanent"), (.invalidRequest, "permanent"),
  ])
  func noReplyMeans(_ code: CurlError.Code, _ name: String) {
    #expect(failed(code).name == name)
    #expect(failed(.timedOut, sent: true).failure?.mayHaveArrived == true)
  }

  @Test func oneRecipientThatWasRefusedForNowIsEnoughToTryAgain() {
    #expect(failed(.mailRefused, 550, refused: [450, 550]).name == "retryable")
    #expect(failed(.mailRefused, 550, refused: [550, 550]).name == "permanent")
  }

  @Test func aReasonHasTheCodesButNotTheWords() {
    let reason = failed(.mailRefused, 550, "5.1.1 <secret@example.org> unknown").failure?.reason
    #expect(reason == "the mail server refused the mail (SMTP 550 5.1.1)")
    #expect(MailRefusal.code(MailReply(code: 550, text: "no secret@example.org")) == "550")
    #expect(MailRefusal.code(MailReply(code: 550, text: "5.1.secret x")) == "550")
  }

  @Test func anUntrustedCertificateNamesTheSettings() {
    let reason = failed(.untrusted).failure?.reason ?? ""
    #expect(failed(.untrusted).name == "retryable")
    #expect(reason.contains("TOCSIN_CA_FILE") && reason.contains("verify"))
  }

  @Test func ofTwoMailsTheOneThatMayBeTakenLaterDecides() {
    let taken = Reply.mail(MailResponse(reply: MailReply(code: 250, text: ""), acceptedRecipients: ["a"]))
    func refused(_ code: Int) -> Reply {
      .failed(CurlError(.mailRefused, "no", reply: MailReply(code: code, text: "")))
    }
    func outcome(_ replies: [Reply], _ progress: DeliveryProgress = DeliveryProgress()) -> DeliveryOutcome {
      MailVerdict.outcome(of: replies, to: [["a"], ["b"]], progress: progress)
    }
    #expect(outcome([taken, refused(550)]) == .delivered(status: 250))
    #expect(
      outcome([taken, refused(451)]).failure?.progress == DeliveryProgress(reached: [DeliveryProgress.mark("a")]))
    #expect(outcome([refused(550), refused(550)]).name == "permanent")
    #expect(outcome([refused(550), refused(451)]).failure?.progress.refused == [DeliveryProgress.mark("a")])
    #expect(outcome([refused(550)], DeliveryProgress(reached: ["x"])).name == "delivered")
    #expect(outcome([]) == .delivered(status: nil))
  }

  /// Of two recipients one was refused for good, and then the message for now.
  @Test func aRefusedMessageIsNotARefusedRecipient() {
    func outcome(_ code: Int) -> DeliveryOutcome {
      let refused = RefusedRecipient(recipient: "b", reply: MailReply(code: 550, text: "5.1.1 who"))
      let error = CurlError(.mailRefused, "no", reply: MailReply(code: code, text: ""), refusedRecipients: [refused])
      return MailVerdict.outcome(of: [.failed(error)], to: [["a", "b"]], progress: DeliveryProgress())
    }
    #expect(outcome(451).failure?.progress == DeliveryProgress(refused: [DeliveryProgress.mark("b")]))
    #expect(outcome(451).name == "retryable" && outcome(554).name == "permanent")
  }
}
