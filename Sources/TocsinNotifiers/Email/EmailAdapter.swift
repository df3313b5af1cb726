import CurlClient
import TocsinCore

/// Mail through an SMTP server.
struct EmailAdapter: ChannelAdapter {
  let settings: EmailSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    let progress = notice.notification.progress
    // Those who need SMTPUTF8 (RFC 6531) get a mail of their own, after the others: a server that does not know it refuses
    // them, or the whole mail.
    return .mails(
      [false, true].compactMap { isInternational in
        let meant = recipients.filter { $0.isInternational == isInternational && !progress.isSettled($0.wire) }
        if meant.isEmpty { return nil }
        var mail = MailTransfer(
          server: server, sender: settings.sender.wire, recipients: meant.map(\.wire),
          message: message(for: notice, templates: templates, isInternational: isInternational).bytes)
        mail.allowsRefusedRecipients = true
        return mail
      })
  }

  /// Each address once.
  private var recipients: [MailAddress] {
    var known: Set<String> = []
    return settings.recipients.filter { known.insert($0.wire).inserted }
  }

  private var server: MailServer {
    let encryption: MailServer.Encryption =
      switch settings.security {
      case .starttls: .startTLS
      case .tls: .implicit
      case .opportunistic: .startTLSIfOffered
      case .none: .none
      }
    let login = settings.user.flatMap { user in
      user.isEmpty ? nil : MailServer.Login(user: user, password: settings.password?.value ?? "")
    }
    return MailServer(
      host: settings.host, port: settings.port, encryption: encryption, login: login,
      greetingName: settings.greetingName, verifiesCertificate: settings.verifiesCertificate)
  }

  /// The mail itself. Addresses that are not ASCII are in its header only where they may be.
  func message(for notice: Notice, templates: TemplateSet, isInternational: Bool = false) -> MailMessage {
    let shown = isInternational ? recipients : recipients.filter { !$0.isInternational }
    let thread = MailThread(notice, sender: settings.sender)
    let subject = templates.render(.emailSubject, of: notice).onOneLine.trimmed.clipped(to: 250)
    let severity = notice.alert.severity
    var message = MailMessage()
    message.boundary = String(notice.notification.delivery.id.description.filter { $0 != "-" })
    message.text = templates.render(.emailText, of: notice)
    message.html = templates.render(.emailHTML, of: notice, escape: .html)
    message.fields = [
      ("From", address(settings.sender)), ("To", shown.map(address).joined(separator: ",\r\n ")),
      ("Subject", EncodedWord.field(subject, column: "Subject: ".utf8.count)), ("Date", notice.now.mailDate),
      ("Message-ID", thread.messageID), ("In-Reply-To", thread.references.last ?? ""),
      ("References", thread.references.joined(separator: "\r\n ")), ("List-Id", thread.listID),
      ("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"),
      ("X-Tocsin-Severity", severity.rawValue), ("X-Tocsin-Type", notice.alert.alertType.rawValue),
      ("X-Tocsin-Campaign", EncodedWord.field(notice.alert.entity.campaignID.clipped(to: 256), column: 19)),
      ("X-Tocsin-Event", notice.event),
    ]
    if severity == .critical, notice.event == "fired" {
      message.fields += [("Importance", "high"), ("X-Priority", "1")]
    }
    return message
  }

  private func address(_ address: MailAddress) -> String {
    address.name.isEmpty ? address.wire : "\(EncodedWord.phrase(address.name))\r\n <\(address.wire)>"
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome { MailVerdict.outcome(of: reply) }

  func outcome(of replies: [Reply], to mails: [MailTransfer], for notice: Notice) -> DeliveryOutcome {
    MailVerdict.outcome(of: replies, to: mails.map(\.recipients), progress: notice.notification.progress)
  }
}
