/// A mail server's reply to a command (RFC 5321, 4.2).
public struct MailReply: Sendable, Hashable {
  /// Three digits: 2xx and 3xx for done, 4xx for not now, 5xx for never.
  public var code: Int
  /// The server's words, several lines joined by LF, at most 1 KiB. They may quote addresses and user names.
  public var text: String

  /// A reply.
  public init(code: Int, text: String) {
    self.code = code
    self.text = text
  }
}

/// A recipient that the server does not take mail for.
public struct RefusedRecipient: Sendable, Hashable {
  /// The address, as the mail had it.
  public var recipient: String
  /// Why: 4xx for now, 5xx for good.
  public var reply: MailReply

  /// A refused recipient.
  public init(recipient: String, reply: MailReply) {
    self.recipient = recipient
    self.reply = reply
  }
}

/// What became of a mail that the server took.
public struct MailResponse: Sendable, Hashable {
  /// The reply to the message itself, often with the server's name for it.
  public var reply: MailReply
  /// The recipients that the server took the mail for.
  public var acceptedRecipients: [String]
  /// The recipients that the server refused; the others get the mail.
  public var refusedRecipients: [RefusedRecipient]
  /// How long it took.
  public var timings: TransferTimings

  /// A response.
  public init(
    reply: MailReply, acceptedRecipients: [String] = [], refusedRecipients: [RefusedRecipient] = [],
    timings: TransferTimings = TransferTimings()
  ) {
    self.reply = reply
    self.acceptedRecipients = acceptedRecipients
    self.refusedRecipients = refusedRecipients
    self.timings = timings
  }
}
