/// A mail server's reply to a command (RFC 5321, 4.2).
package struct MailReply: Sendable, Hashable {
  /// Three digits: 2xx and 3xx for done, 4xx for not now, 5xx for never.
  package var code: Int
  /// The server's words, several lines joined by LF, at most 1 KiB. They may quote addresses and user names.
  package var text: String

  /// A reply.
  package init(code: Int, text: String) {
    self.code = code
    self.text = text
  }
}

/// A recipient that the server does not take mail for.
package struct RefusedRecipient: Sendable, Hashable {
  /// The address, as the mail had it.
  package var recipient: String
  /// Why: 4xx for now, 5xx for good.
  package var reply: MailReply

  /// A refused recipient.
  package init(recipient: String, reply: MailReply) {
    self.recipient = recipient
    self.reply = reply
  }
}

/// What became of a mail that the server took.
package struct MailResponse: Sendable, Hashable {
  /// The reply to the message itself, often with the server's name for it.
  package var reply: MailReply
  /// The recipients that the server took the mail for.
  package var acceptedRecipients: [String]
  /// The recipients that the server refused; the others get the mail.
  package var refusedRecipients: [RefusedRecipient]
  /// How long it took.
  package var timings: TransferTimings

  /// A response.
  package init(
    reply: MailReply, acceptedRecipients: [String] = [], refusedRecipients: [RefusedRecipient] = [],
    timings: TransferTimings = TransferTimings()
  ) {
    self.reply = reply
    self.acceptedRecipients = acceptedRecipients
    self.refusedRecipients = refusedRecipients
    self.timings = timings
  }
}
