import CurlClient
import TocsinCore

/// Mail through an SMTP server.
struct EmailAdapter: ChannelAdapter {
  let settings: EmailSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    var mail = MailTransfer(
      server: server, sender: settings.sender.address, recipients: recipients.map(\.address),
      message: message(for: notice, templates: templates).bytes)
    mail.allowsRefusedRecipients = true
    return .mail(mail)
  }

  /// Each address once.
  private var recipients: [MailAddress] {
    var known: Set<String> = []
    return settings.recipients.filter { known.insert($0.address).inserted }
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
      greetingName: settings.greetingName)
  }

  /// The mail itself.
  func message(for notice: Notice, templates: TemplateSet) -> MailMessage {
    let thread = MailThread(notice, sender: settings.sender)
    let subject = templates.render(.emailSubject, of: notice).onOneLine.trimmed.clipped(to: 250)
    let severity = notice.alert.severity
    var message = MailMessage()
    message.boundary = String(notice.notification.delivery.id.description.filter { $0 != "-" })
    message.text = templates.render(.emailText, of: notice)
    message.html = templates.render(.emailHTML, of: notice, escape: .html)
    message.fields = [
      ("From", address(settings.sender)), ("To", recipients.map(address).joined(separator: ",\r\n ")),
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
    address.name.isEmpty ? address.address : "\(EncodedWord.phrase(address.name))\r\n <\(address.address)>"
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome { MailVerdict.outcome(of: reply) }
}
