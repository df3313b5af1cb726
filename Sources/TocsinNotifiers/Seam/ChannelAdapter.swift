import CurlClient
import TocsinCore

/// The seam that every channel has: it makes a request of a notice, and says what the answer means.
///
/// Both are pure. An adapter sends nothing, waits for nothing, tries nothing again, and keeps nothing; a channel that
/// would need more is not one channel.
protocol ChannelAdapter: Sendable {
  /// What is sent. It has the delivery's id in it wherever the other side can recognize a repetition by it.
  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage

  /// What the answer means for the delivery; nothing secret is in it.
  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome

  /// What the answers to several mails mean, one for each.
  func outcome(of replies: [Reply], to mails: [MailTransfer], for notice: Notice) -> DeliveryOutcome
}

extension ChannelAdapter {
  /// Channels that send no mail have no such answers.
  func outcome(of replies: [Reply], to mails: [MailTransfer], for notice: Notice) -> DeliveryOutcome {
    replies.first.map { outcome(of: $0, now: notice.now) } ?? .delivered(status: nil)
  }
}

/// What an adapter wants sent. Limits of time and of addresses are the notifier's to set.
enum OutgoingMessage: Sendable {
  case http(HTTPTransfer)
  /// One after the other. None where everybody has it already.
  case mails([MailTransfer])
}

/// What came back.
enum Reply: Sendable {
  /// An HTTP response, of which the body may be cut off: the status counts.
  case response(HTTPResponse)
  /// A mail server took the mail.
  case mail(MailResponse)
  /// There was no answer.
  case failed(CurlError)

  /// The reply that a failure stands for: a server that had given its status before the connection broke, the time was up
  /// or its body became too large, has answered.
  init(_ error: CurlError) {
    if let response = error.partialResponse, response.status >= 200 {
      self = .response(response)
    } else {
      self = .failed(error)
    }
  }
}
