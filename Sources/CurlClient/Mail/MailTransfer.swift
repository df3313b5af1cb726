/// A mail with its envelope, and how far its transfer may go.
package struct MailTransfer: Sendable, Hashable {
  /// Where it goes.
  package var server: MailServer
  /// The address in MAIL FROM, without angle brackets; empty for the null reverse-path (RFC 5321, 4.5.5).
  package var sender: String
  /// The addresses in RCPT TO, without angle brackets.
  package var recipients: [String]
  /// Header and body (RFC 5322) with CRLF at the end of every line. Dots at the start of a line need no care.
  package var message: [UInt8]
  /// Whether the message goes to the others when the server refuses some recipients; otherwise nobody gets it.
  package var allowsRefusedRecipients: Bool = true
  /// How long the connection may take, with name lookup, TLS, the server's greeting and log-in; nil for as long as
  /// ``timeout`` lets it. Servers that look a client up, or let it wait on purpose, greet after half a minute or more.
  package var connectTimeout: Duration?
  /// How long everything may take, the time in line included; a day at most.
  package var timeout: Duration = .seconds(60)
  /// Whether only addresses of the public Internet are connected to, whatever the host's name resolves to; without a
  /// proxy.
  package var deniesPrivateAddresses: Bool = false

  /// A mail.
  package init(server: MailServer, sender: String, recipients: [String], message: [UInt8]) {
    self.server = server
    self.sender = sender
    self.recipients = recipients
    self.message = message
  }
}

extension MailTransfer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The number of recipients and the message's size.
  package var description: String { "mail to \(recipients.count) recipients with \(message.count) bytes" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// Shows the description only: addresses and content are nobody else's.
  package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
