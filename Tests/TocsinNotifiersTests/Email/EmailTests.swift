import CurlClient
import Foundation
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct EmailTests {
  private func mail(
    _ alert: Alert = Samples.alert(), cause: DeliveryCause = .fired, _ settings: EmailSettings = Samples.email(),
    templates: TemplateSet = TemplateSet()
  ) throws -> ParsedMail {
    let adapter = EmailAdapter(settings: settings)
    return try ParsedMail(adapter.message(for: Samples.notice(alert, cause: cause), templates: templates).bytes)
  }

  @Test func aMailHasWhatItNeeds() throws {
    let mail = try mail(Samples.email(recipients: ["ops@example.org", "Größe <g@example.org>"]))
    #expect(mail["Subject"] == "[HIGH] Low ROAS: Spring sale")
    #expect(mail["From"] == "\"Tocsin\" <alerts@example.org>")
    #expect(try mail["To"].map(ParsedMail.decoded) == "ops@example.org, Größe <g@example.org>")
    #expect(mail["Date"] == "Sat, 31 Jan 2026 09:30:02 +0000")
    #expect(mail["MIME-Version"] == "1.0")
    #expect(mail["Auto-Submitted"] == "auto-generated")
    #expect(mail["List-Id"] == "<ops.tocsin.example.org>")
    #expect(mail.parts.map(\.type) == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
    #expect(mail.parts[0].text.contains("Return on ad spend is 1.50x. Review bids."))
    #expect(mail.parts[0].text.contains("Metric: roas is 1.50x (threshold: < 2.00x)"))
    #expect(mail.parts[0].text.contains("https://tocsin.example/console?alert_id=\(Samples.alert().alertID)"))
    #expect(mail.parts[1].text.contains("threshold: &lt; 2"))
    #expect(mail.parts[1].text.contains("prefers-color-scheme: dark"))
    #expect(mail.parts[1].text.contains(Severity.high.look.color))
  }

  private func mail(_ settings: EmailSettings) throws -> ParsedMail { try mail(Samples.alert(), settings) }

  @Test func theIDStaysAndACampaignIsAThread() throws {
    let first = try mail()
    #expect(try mail()["Message-ID"] == first["Message-ID"])
    let id = Samples.notification().delivery.id
    #expect(first["Message-ID"] == "<alert.\(id)@example.org>")
    var other = Samples.alert()
    other.alertID = AlertID(high: other.alertID.high + 65536, low: 7)
    #expect(try mail(other)["Message-ID"] != first["Message-ID"])
    #expect(try mail(other)["References"] == first["References"])
    #expect(try mail(Samples.alert(campaignID: "c-2"))["References"] != first["References"])
    let resolved = try mail(cause: .resolved)
    #expect(resolved["In-Reply-To"] == first["Message-ID"])
    #expect(resolved["References"] == "\(first["References"] ?? "") \(first["Message-ID"] ?? "")")
    #expect(resolved["Subject"] == "[HIGH] Resolved: Low ROAS: Spring sale")
  }

  @Test(arguments: Hostile.all) func nothingInAnAlertBecomesAHeaderOrMarkup(_ text: String) throws {
    let alert = Samples.alert(
      title: text, message: text, campaign: text, campaignID: text, adID: text,
      details: ["action": .string(text), "operator": .string(text)])
    let sent = try mail(alert)
    let usual = try mail()
    #expect(sent.fields.map(\.name) == usual.fields.map(\.name))
    #expect(sent.lines.allSatisfy { $0.utf8.count <= 998 })
    #expect(sent.fields.allSatisfy { $0.value.utf8.allSatisfy { (32...126).contains($0) } })
    let subject = try ParsedMail.decoded(sent["Subject"] ?? "")
    #expect(subject.hasPrefix("[HIGH]"))
    #expect(subject.utf16.count <= 250)
    #expect(!subject.unicodeScalars.contains { $0.value < 32 })
    #expect(sent.parts.count == 2)
    #expect(
      sent.parts[1].text.components(separatedBy: "<").count == usual.parts[1].text.components(separatedBy: "<").count)
    #expect(!sent.parts[1].text.contains("<script"))
  }

  @Test func otherScriptsArrive() throws {
    let mail = try mail(Samples.alert(title: "\(Hostile.arabic) \(Hostile.emoji)"))
    #expect(try ParsedMail.decoded(mail["Subject"] ?? "") == "[HIGH] \(Hostile.arabic) \(Hostile.emoji)")
    #expect(mail.parts[1].text.contains(Hostile.arabic))
    #expect(mail.parts[1].text.contains("dir=\"auto\""))
  }

  @Test func encodedWordsAreShortAndWhole() throws {
    for text in [Hostile.long, Hostile.zalgo, String(repeating: "ü€😀", count: 500), "=?UTF-8?Q?x?=", " lead", "trail "]
    {
      let lines = ("Subject: " + EncodedWord.field(text, column: 9)).components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { $0.utf8.count <= 76 })
      #expect(try ParsedMail.decoded(lines.joined().replacing("Subject: ", with: "")) == text.onOneLine)
    }
  }

  @Test func aFieldsLineBreaksAreOnlyThoseOfFolding() {
    #expect(MailMessage.harmless("a\r\n b\r\nBcc: c\nd\re") == "a\r\n b  Bcc: c d e")
  }

  @Test func quotedPrintableKeepsTheTextAndItsLimits() throws {
    for text in ["a=b\r\n.\r\n.. \t\r\nFrom x", String(repeating: "ü", count: 500), "x \n y\t\n", "trailing "] {
      var message = MailMessage()
      (message.text, message.html, message.boundary) = (text, "<p>", "1")
      #expect(try ParsedMail(message.bytes).parts[0].text.trimmed == text.inLines.trimmed)
    }
  }

  @Test func whatIsCriticalIsImportant() throws {
    #expect(try mail(Samples.alert(severity: .critical))["Importance"] == "high")
    #expect(try mail()["Importance"] == nil)
  }

  @Test func theEnvelopeIsTheConfigurations() throws {
    var settings = Samples.email(recipients: ["a@example.org", "b@example.org", "a@example.org"])
    settings.user = "tocsin"
    settings.password = "hunter2"
    settings.security = .tls
    guard
      case .mails(let mails) = EmailAdapter(settings: settings).request(for: Samples.notice(), templates: TemplateSet()),
      let mail = mails.first, mails.count == 1
    else { return #expect(Bool(false)) }
    #expect(mail.recipients == ["a@example.org", "b@example.org"])
    #expect(mail.sender == "alerts@example.org")
    #expect(mail.server.encryption == .implicit)
    #expect(mail.server.login?.password == "hunter2")
  }
}
