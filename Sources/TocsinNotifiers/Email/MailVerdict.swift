import CurlClient
import TocsinCore

/// What an SMTP conversation means for a delivery.
///
/// | answer | outcome |
/// | --- | --- |
/// | the server took the mail, for some recipients at least | delivered |
/// | 4xx to a command or to the message; all recipients refused, one of them with 4xx | retryable |
/// | 5xx | permanent |
/// | the log-in refused, with whatever code | retryable |
/// | none: name, connection, TLS (STARTTLS that is demanded and not offered, too), time | retryable |
/// | an address that is not allowed, a mail that cannot be sent | permanent |
///
/// A refused log-in is the operator's to mend, not the mail's fault: as mail relays do (a bounce there would lose mail over
/// a password that was changed), the mail waits for it, for as long as deliveries are tried at all.
enum MailVerdict {
  static func outcome(of reply: Reply) -> DeliveryOutcome {
    switch reply {
    case .mail(let response): return .delivered(status: response.reply.code)
    case .response(let response):
      return .permanent(DeliveryFailure("an HTTP answer to a mail", status: response.status))
    case .failed(let error): return outcome(of: error)
    }
  }

  private static func outcome(of error: CurlError) -> DeliveryOutcome {
    guard let reply = error.reply else {
      if error.code == .authentication { return .retryable(DeliveryFailure("the mail server refused the log-in")) }
      return TransferFailure.outcome(of: error)
    }
    func failure(_ reason: String) -> DeliveryFailure {
      DeliveryFailure(
        "\(reason) (SMTP \(code(reply)))", status: reply.code, mayHaveArrived: error.mayHaveBeenSent)
    }
    if error.code == .authentication { return .retryable(failure("the mail server refused the log-in")) }
    if error.code == .tls { return .retryable(failure("the mail server refused STARTTLS")) }
    if error.refusedRecipients.contains(where: { $0.reply.code / 100 == 4 }) || reply.code / 100 == 4 {
      return .retryable(failure("the mail server refused the mail for now"))
    }
    return .permanent(failure("the mail server refused the mail"))
  }

  /// The reply's code, and the enhanced one behind it (RFC 2034), such as `550 5.1.1`. Its words stay where they are: they
  /// quote addresses.
  static func code(_ reply: MailReply) -> String {
    let word = reply.text.prefix { $0 != " " && $0 != "\n" }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    let isEnhanced =
      parts.count == 3 && ["2", "4", "5"].contains(parts[0])
      && parts.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }
    return isEnhanced ? "\(reply.code) \(word)" : String(reply.code)
  }
}
