/// Why a transfer brought no response, and whether the request may have had its effect nevertheless.
///
/// The description shows no URL, host, user, password, header or mail address, nor what a server said.
package struct CurlError: Error, Sendable {
  /// The kind of a failure.
  package struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case invalidRequest, couldNotResolve, couldNotConnect, connectTimedOut, timedOut, tls, untrusted, refusedAddress
      case authentication, mailRefused, tooLarge, protocolError, sendFailed, receiveFailed, cancelled, closed
      case couldNotStart
    }

    private let kind: Kind

    /// The request is not one that can be sent: the same request fails again.
    package static let invalidRequest = Self(kind: .invalidRequest)
    /// The host's name, or the proxy's, has no address.
    package static let couldNotResolve = Self(kind: .couldNotResolve)
    /// No address of the host took the connection, or the proxy refused to make one.
    package static let couldNotConnect = Self(kind: .couldNotConnect)
    /// The connection, with TLS and a mail server's log-in, was not there in time.
    package static let connectTimedOut = Self(kind: .connectTimedOut)
    /// The transfer did not end in time, or waited in line for too long.
    package static let timedOut = Self(kind: .timedOut)
    /// There was no agreement on TLS.
    package static let tls = Self(kind: .tls)
    /// The server's certificate is of no known authority, has run out, or is another host's.
    package static let untrusted = Self(kind: .untrusted)
    /// The host has no address of the public Internet, and the request asked for one.
    package static let refusedAddress = Self(kind: .refusedAddress)
    /// The mail server refused the log-in; ``CurlError/reply`` has its words, if there were any.
    package static let authentication = Self(kind: .authentication)
    /// The mail server refused the mail; ``CurlError/reply`` says whether for now (4xx) or for good (5xx).
    package static let mailRefused = Self(kind: .mailRefused)
    /// The response is larger than the request's limit; ``CurlError/partialResponse`` has its beginning.
    package static let tooLarge = Self(kind: .tooLarge)
    /// The server broke the rules of its protocol.
    package static let protocolError = Self(kind: .protocolError)
    /// The connection was lost while the request was sent.
    package static let sendFailed = Self(kind: .sendFailed)
    /// The connection was lost before the response was complete.
    package static let receiveFailed = Self(kind: .receiveFailed)
    /// The waiting task was cancelled, and the transfer aborted.
    package static let cancelled = Self(kind: .cancelled)
    /// The client was shut down.
    package static let closed = Self(kind: .closed)
    /// The client itself: the system has no thread or no memory for it.
    package static let couldNotStart = Self(kind: .couldNotStart)

    /// The code's name, fit for logs and metrics.
    package var description: String { kind.rawValue }
  }

  /// The kind of the failure.
  package let code: Code
  /// What happened, for people.
  package let cause: String
  /// Whether the request may have reached the server, so that sending it again may repeat its effect. For a mail:
  /// whether the server may have taken the message.
  package let mayHaveBeenSent: Bool
  /// The reply of a mail server that ended the transfer. Its text may quote addresses and user names.
  package let reply: MailReply?
  /// Whether the mail server refused before the mail began: the connection, the name in EHLO, STARTTLS or the log-in.
  package let isRefusedAtOnce: Bool
  /// The recipients that the mail server refused, as far as it was asked.
  package let refusedRecipients: [RefusedRecipient]
  /// What had arrived of an HTTP response: its status and headers, and the beginning of its body.
  package let partialResponse: HTTPResponse?

  /// A failure, as this module or a test double of it reports it.
  package init(
    _ code: Code, _ cause: String, mayHaveBeenSent: Bool = false, reply: MailReply? = nil,
    isRefusedAtOnce: Bool = false, refusedRecipients: [RefusedRecipient] = [], partialResponse: HTTPResponse? = nil
  ) {
    self.code = code
    self.cause = cause
    self.mayHaveBeenSent = mayHaveBeenSent
    self.reply = reply
    self.isRefusedAtOnce = isRefusedAtOnce
    self.refusedRecipients = refusedRecipients
    self.partialResponse = partialResponse
  }
}

extension CurlError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Code and cause, a mail server's code, an HTTP status, and the warning where the request may have arrived.
  package var description: String {
    var text = "\(code): \(cause)"
    if let reply { text += " (reply \(reply.code))" }
    if let partialResponse { text += " (status \(partialResponse.status))" }
    return text + (mayHaveBeenSent ? " (the request may have been sent)" : "")
  }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// Shows the description only, so that not even `dump` shows what a server said.
  package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
